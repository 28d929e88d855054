// An old run that goes on: what forbids it, and what is only noted.
#include <map>

#include "identity.h"
#include "run_record.h"
#include "run_state.h"

namespace assay {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::milliseconds kLockPatience(500);

struct Recorded {
  std::string uuid, name, host, device, git_commit, dataset, split;
  RecordedState state;
};

std::string label_of(std::int64_t run, const Recorded& recorded) {
  return "run " + std::to_string(run) + " (" + recorded.name + ")";
}

Recorded read_recorded(Database& database, std::int64_t run) {
  Statement select = database.prepare(
      "SELECT r.uuid, r.name, r.host, r.device, r.git_commit, d.fingerprint, p.fingerprint, r.state, r.heartbeat_ms, "
      "r.folder FROM runs r JOIN datasets d ON d.id = r.dataset JOIN partitions p ON p.id = r.partition "
      "WHERE r.number = ?1");
  if (!select.bind(1, run).step()) {
    throw InvalidInput("there is no run " + std::to_string(run) + " in registry " + database.file().string());
  }
  return {select.text(0),
          select.text(1),
          select.text(2),
          select.text(3),
          select.text(4),
          select.text(5),
          select.text(6),
          {select.text(7), select.text(2), select.integer(8), database.file().parent_path() / select.text(9)}};
}

/// The state in which it was left.
RunState check_may_go_on(std::int64_t run, const Recorded& recorded) {
  const RunState state = actual_state(recorded.state, now_ms());
  switch (state) {
    case RunState::completed:
      throw InvalidInput(label_of(run, recorded) +
                         " is completed, so there is nothing to resume; to train it further, "
                         "continue it in a new run: an experiment with\n\n  [continue]\n  from = \"" +
                         recorded.name + "\"\n");
    case RunState::running:
      throw InvalidInput(label_of(run, recorded) + " is still running" +
                         (recorded.host == host_name()
                              ? " in another process"
                              : ", on " + recorded.host + " (its heartbeat is younger than two minutes)"));
    default:
      break;
  }
  if (!fs::is_directory(recorded.state.folder)) {
    throw InvalidInput(label_of(run, recorded) + " can't be resumed: its folder " + recorded.state.folder.string() +
                       " with the checkpoints is missing");
  }
  return state;
}

FileLock lock_folder(std::int64_t run, const Recorded& recorded) {
  FileLock lock(run_lock_file(recorded.state.folder), kLockPatience);
  if (!lock.held()) {
    throw InvalidInput(label_of(run, recorded) + " is still running in another process");
  }
  return lock;
}

std::vector<std::string> recorded_classes(Database& database, std::int64_t run) {
  Statement select = database.prepare("SELECT name FROM classes WHERE run = ?1 ORDER BY position");
  select.bind(1, run);
  std::vector<std::string> names;
  while (select.step()) {
    names.push_back(select.text(0));
  }
  return names;
}

void check_same_data(Database& database, std::int64_t run, const Recorded& recorded, const RunStart& now) {
  const auto refuse = [&](const std::string& what) {
    throw InvalidInput(label_of(run, recorded) + " can't be resumed: " + what +
                       ". Restore the data as they were, or start a new run");
  };
  if (now.dataset_fingerprint != recorded.dataset) {
    refuse("the data set has changed since it started (fingerprint " + recorded.dataset + ", now " +
           now.dataset_fingerprint + ")");
  }
  if (now.split_fingerprint != recorded.split) {
    refuse("the split has changed since it started (fingerprint " + recorded.split + ", now " + now.split_fingerprint +
           ")");
  }
  if (now.classes != recorded_classes(database, run)) {
    refuse("its classes have changed since it started");
  }
}

void add_event(Database& database, std::int64_t run, const char* kind, const std::string& text) {
  database.prepare("INSERT INTO events (run, time_ms, kind, text) VALUES (?1, ?2, ?3, ?4)")
      .bind(1, run)
      .bind(2, now_ms())
      .bind(3, kind)
      .bind(4, text)
      .run();
}

using Versions = std::map<std::string, std::string>;

Versions recorded_versions(Database& database, std::int64_t run) {
  Statement select = database.prepare(
      "SELECT name, version FROM libraries WHERE run = ?1 UNION ALL "
      "SELECT kind || ' ' || name, version || ' ' || build_id || ' ' || file_sha256 FROM plugins WHERE run = ?1");
  select.bind(1, run);
  Versions versions;
  while (select.step()) {
    versions.emplace(select.text(0), select.text(1));
  }
  return versions;
}

Versions present_versions(const RunStart& now) {
  Versions versions;
  for (const auto& [name, version] : now.environment.libraries) {
    versions.emplace(name, version);
  }
  for (const PluginRecord& plugin : now.plugins) {
    versions.emplace(plugin.kind + " " + plugin.name,
                     plugin.version + " " + plugin.build_id + " " + plugin.file_sha256);
  }
  return versions;
}

void note_differences(Database& database, std::int64_t run, const Recorded& recorded, const RunStart& now) {
  Versions before = recorded_versions(database, run);
  Versions after = present_versions(now);
  before.insert({{"device", recorded.device}, {"git commit", recorded.git_commit}});
  after.insert({{"device", now.environment.device}, {"git commit", now.environment.git_commit}});
  for (const auto& [name, version] : after) {
    const auto found = before.find(name);
    if (found == before.end() || found->second != version) {
      add_event(database, run, "resumed_with_another",
                name + ": was " + (found == before.end() ? "absent" : found->second) + ", is now " + version);
    }
  }
}

}  // namespace

OpenRun reopen_run(Database& database, std::int64_t run, const RunStart& now) {
  const Recorded recorded = read_recorded(database, run);
  const RunState left = check_may_go_on(run, recorded);
  OpenRun open{run, recorded.uuid, recorded.name, recorded.state.folder, lock_folder(run, recorded), {}};
  check_same_data(database, run, recorded, now);
  Transaction transaction(database);
  open.sample_ids = store_data(database, now).sample_ids;
  note_differences(database, run, recorded, now);
  const std::string host = now.environment.host.empty() ? host_name() : now.environment.host;
  add_event(database, run, "resumed", "on " + host + "; was " + std::string(to_text(left)));
  database
      .prepare(
          "UPDATE runs SET state = 'running', host = ?3, device = ?4, finished_ms = NULL, heartbeat_ms = ?2, "
          "started_ms = ?2, "
          "earlier_ms = earlier_ms + coalesce(finished_ms, heartbeat_ms) - started_ms WHERE number = ?1")
      .bind(1, run)
      .bind(2, now_ms())
      .bind(3, host)
      .bind(4, now.environment.device)
      .run();
  transaction.commit();
  return open;
}

}  // namespace assay
