// A new run: its checks, its folder and its rows. What happens to an old one is in resume_record.cpp.
#include "run_record.h"

#include <algorithm>
#include <unordered_set>

#include "identity.h"
#include "run_state.h"

namespace assay {
namespace fs = std::filesystem;
namespace {

/// How long a lock is waited for: only somebody who looks whether the run is alive holds it, for microseconds.
constexpr std::chrono::milliseconds kLockPatience(500);

void check_samples(const RunStart& start) {
  std::unordered_set<std::string_view> paths;
  for (const SampleRecord& sample : start.samples) {
    if (!paths.insert(sample.path).second) {
      throw InvalidInput("sample " + sample.path + " occurs twice in the data set");
    }
    if (sample.label < 0 || static_cast<std::size_t>(sample.label) >= start.classes.size()) {
      throw InvalidInput("sample " + sample.path + " has label " + std::to_string(sample.label) + ", but there are " +
                         std::to_string(start.classes.size()) + " classes");
    }
  }
}

void check_parent(Database& database, const RunStart& start) {
  if (!start.parent) {
    return;
  }
  Statement select = database.prepare("SELECT 1 FROM runs WHERE number = ?1");
  if (!select.bind(1, start.parent->run).step()) {
    throw InvalidInput("the run to continue, " + std::to_string(start.parent->run) + ", is not in this registry");
  }
}

/// The run's name with what a file system or a shell could mind replaced by '_', at most 60 characters.
std::string folder_name(std::int64_t number, const std::string& name) {
  std::string text;
  for (const char c : name) {
    const bool plain =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
    if (plain) {
      text += c;
    } else if (text.empty() || text.back() != '_') {
      text += '_';
    }
  }
  return std::to_string(number) + "-" + text.substr(0, 60);
}

/// Another name when the folder is there already: a deleted registry leaves the folders of its runs.
fs::path make_run_folder(const fs::path& parent, const std::string& wanted) {
  for (int attempt = 1;; ++attempt) {
    const fs::path folder = parent / (attempt == 1 ? wanted : wanted + "-" + std::to_string(attempt));
    std::error_code error;
    if (fs::create_directory(folder, error)) {
      return folder;
    }
    if (error) {
      throw Failure("can't make the run's folder " + folder.string() + ": " + error.message());
    }
  }
}

std::int64_t insert_run(Database& database, const RunStart& start, const std::string& uuid, const StoredData& data) {
  const Environment& environment = start.environment;
  const std::int64_t now = now_ms();
  Statement insert = database.prepare(
      "INSERT INTO runs (uuid, name, state, parent, parent_checkpoint, created_ms, started_ms, heartbeat_ms, folder, "
      "experiment, select_metric, host, device, git_commit, git_dirty, command, dataset, partition, positive) "
      "VALUES (?1, ?2, 'running', ?3, ?4, ?5, ?5, ?5, '', ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)");
  insert.bind(1, uuid).bind(2, start.name).bind(5, now).bind(6, start.experiment).bind(7, start.select);
  if (start.parent) {
    insert.bind(3, start.parent->run).bind(4, to_text(start.parent->checkpoint));
  }
  insert.bind(8, environment.host.empty() ? host_name() : environment.host).bind(9, environment.device);
  insert.bind(10, environment.git_commit).bind(11, environment.git_dirty).bind(12, environment.command);
  insert.bind(13, data.dataset).bind(14, data.partition).bind(15, start.positive).run();
  return database.last_insert_rowid();
}

void insert_parameters(Database& database, std::int64_t run, const Node& parameters) {
  Statement insert = database.prepare(
      "INSERT INTO parameters (run, position, key, kind, integer_value, real_value, text_value) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
  std::int64_t position = 0;
  for (const auto& [key, value] : flatten(parameters)) {
    insert.bind(1, run).bind(2, position++).bind(3, key).bind_null(5).bind_null(6).bind_null(7);
    if (const auto* flag = std::get_if<bool>(&value)) {
      insert.bind(4, "bool").bind(5, *flag);
    } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
      insert.bind(4, "integer").bind(5, *whole);
    } else if (const auto* real = std::get_if<double>(&value)) {
      insert.bind(4, "real").bind(6, *real);
    } else {
      insert.bind(4, "text").bind(7, std::get<std::string>(value));
    }
    insert.run();
  }
}

void insert_plugins(Database& database, std::int64_t run, const std::vector<PluginRecord>& plugins) {
  Statement insert = database.prepare(
      "INSERT INTO plugins (run, position, kind, name, version, build_id, file, file_sha256) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
  std::int64_t position = 0;
  for (const PluginRecord& plugin : plugins) {
    insert.bind(1, run).bind(2, position++).bind(3, plugin.kind).bind(4, plugin.name).bind(5, plugin.version);
    insert.bind(6, plugin.build_id).bind(7, plugin.file).bind(8, plugin.file_sha256).run();
  }
}

void insert_libraries_and_classes(Database& database, std::int64_t run, const RunStart& start) {
  Statement library = database.prepare("INSERT INTO libraries (run, position, name, version) VALUES (?1, ?2, ?3, ?4)");
  std::int64_t position = 0;
  for (const auto& [name, version] : start.environment.libraries) {
    library.bind(1, run).bind(2, position++).bind(3, name).bind(4, version).run();
  }
  Statement name_of_class = database.prepare("INSERT INTO classes (run, position, name) VALUES (?1, ?2, ?3)");
  position = 0;
  for (const std::string& name : start.classes) {
    name_of_class.bind(1, run).bind(2, position++).bind(3, name).run();
  }
}

}  // namespace

void check_run_name(const std::string& name) {
  const auto first = name.empty() ? '\0' : name.front();
  const bool letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || (first & 0x80) != 0;
  const bool control =
      std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (!letter || control || name.size() > 200 || name == "latest" || name.starts_with("latest~")) {
    throw InvalidInput("name: \"" + (control ? std::string("...") : name) +
                       "\" can't name a run: a name starts with a letter (a number would name another run), has no "
                       "control characters and at most 200 bytes, and is not \"latest\"");
  }
}

OpenRun create_run(Database& database, const RunStart& start) {
  check_run_name(start.name);
  check_samples(start);
  OpenRun run;
  run.uuid = new_uuid();
  run.name = start.name;
  try {
    Transaction transaction(database);
    check_parent(database, start);
    StoredData data = store_data(database, start);
    run.sample_ids = std::move(data.sample_ids);
    run.number = insert_run(database, start, run.uuid, data);
    insert_parameters(database, run.number, start.parameters);
    insert_plugins(database, run.number, start.plugins);
    insert_libraries_and_classes(database, run.number, start);
    run.folder = make_run_folder(database.file().parent_path(), folder_name(run.number, run.name));
    database.prepare("UPDATE runs SET folder = ?2 WHERE number = ?1")
        .bind(1, run.number)
        .bind(2, run.folder.filename().string())
        .run();
    // Locked before the row can be seen: a new run never looks crashed.
    run.lock = FileLock(run_lock_file(run.folder), kLockPatience);
    transaction.commit();
  } catch (...) {
    if (!run.folder.empty()) {
      std::error_code ignored;
      fs::remove_all(run.folder, ignored);
    }
    throw;
  }
  return run;
}

}  // namespace assay
