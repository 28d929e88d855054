#include "registry_fixture.h"

#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "assay/error.h"

namespace assay::test {
namespace fs = std::filesystem;
namespace {

constexpr uid_t kNobody = 65534;

Node value(auto given) { return Node{std::move(given), {}}; }

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "assay-test-XXXXXX").string();
  if (!::mkdtemp(name.data())) {
    throw Failure("no temporary folder");
  }
  path_ = name;
  fs::permissions(path_, fs::perms::owner_all | fs::perms::group_all | fs::perms::others_all);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

RunStart example_run(const std::string& name) {
  RunStart start;
  start.name = name;
  start.parameters.set("name", value(name));
  start.parameters.set("seed", value(std::int64_t{20}));
  Node training;
  training.set("epochs", value(std::int64_t{500}));
  training.set("learning_rate", value(1e-3));
  training.set("deterministic", value(true));
  start.parameters.set("training", training);
  start.experiment = "name = \"" + name + "\"\n";
  start.environment.device = "cpu: test";
  start.environment.git_commit = "0123456789abcdef";
  start.environment.git_dirty = true;
  start.environment.command = "runner x.toml";
  start.environment.libraries = {{"torch", "2.13.0"}, {"opencv", "4.6.0"}};
  start.dataset_fingerprint = "dataset-1";
  start.split_fingerprint = "split-1";
  start.plugins = {{"backbone", "efficientnet", "1.0", "torch 2.13.0", "/lib/efficientnet.so", std::string(64, 'a')}};
  start.classes = {"healthy", "malignant"};
  start.positive = "malignant";
  for (int i = 0; i < 12; ++i) {
    const std::string number = std::to_string(i);
    const char* split = i < 4 ? "train" : i < 8 ? "validation" : "test";
    start.samples.push_back(
        {"cells/" + number + ".bmp", "hash-" + number, "patient-" + std::to_string(i / 2), split, i % 2});
  }
  return start;
}

WriterOptions quick(std::string* said) {
  WriterOptions options;
  options.gather = std::chrono::milliseconds(5);
  options.lock_patience = std::chrono::milliseconds(2000);
  options.say = [said](const std::string& line) {
    if (said) {
      *said += line + "\n";
    }
  };
  return options;
}

Predictions example_predictions() {
  Predictions predictions;
  predictions.probabilities = {0.25F, 0.75F, 0.6F, 0.4F};
  predictions.labels = {0, 1, 0, 1};
  predictions.samples = {8, 9, 10, 11};
  predictions.groups = {0, 0, 1, 1};
  return predictions;
}

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

std::string query(const fs::path& file, const std::string& sql) {
  sqlite3* connection = nullptr;
  sqlite3_stmt* statement = nullptr;
  std::string result;
  EXPECT_EQ(SQLITE_OK, sqlite3_open(file.c_str(), &connection));
  EXPECT_EQ(SQLITE_OK, sqlite3_prepare_v2(connection, sql.c_str(), -1, &statement, nullptr))
      << sqlite3_errmsg(connection);
  if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_text(statement, 0)) {
    result = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
  }
  sqlite3_finalize(statement);
  sqlite3_close(connection);
  return result;
}

ChildProcess::ChildProcess(const std::function<void(const Wait&)>& body) {
  int ready[2];
  if (::pipe(ready) != 0) {
    throw Failure("no pipe");
  }
  process_ = ::fork();
  if (process_ == 0) {
    ::close(ready[0]);
    try {
      body([&] {
        if (::write(ready[1], "r", 1) == 1) {
          for (;;) ::pause();
        }
      });
    } catch (const std::exception& error) {
      std::fprintf(stderr, "child: %s\n", error.what());
    }
    ::_exit(1);
  }
  ::close(ready[1]);
  char byte = 0;
  EXPECT_EQ(1, ::read(ready[0], &byte, 1)) << "the child ended before it was ready";
  ::close(ready[0]);
}

ChildProcess::~ChildProcess() { kill(); }

void ChildProcess::kill() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
  }
}

int exit_status_of_process(const std::function<int()>& body) {
  const pid_t process = ::fork();
  if (process == 0) {
    int status = 99;
    try {
      status = body();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "child: %s\n", error.what());
    }
    std::fflush(nullptr);
    ::_exit(status);
  }
  int status = 0;
  ::waitpid(process, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int exit_status_as_nobody(const std::function<int()>& body) {
  return exit_status_of_process([&] {
    if (::geteuid() == 0 && (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0)) {
      return 98;
    }
    return body();
  });
}

std::int64_t RegistryTest::record(const RunStart& start, RunState state) const {
  RunWriter writer = RunWriter::start(writable(), start, quick());
  writer.finish(state);
  return writer.number();
}

}  // namespace assay::test
