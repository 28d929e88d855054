// A registry of an older Assay, as it was made then: by the first schema's own file.
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "assay/registry/external_evaluation.h"
#include "registry_fixture.h"
#include "texts.h"

namespace assay::test {
namespace {

namespace fs = std::filesystem;

/// One completed run with a test image, and a row in every table.
constexpr const char* kRows =
    "INSERT INTO splits VALUES (1, 'test');"
    "INSERT INTO datasets VALUES (1, 'dataset-1');"
    "INSERT INTO samples VALUES (1, 1, 'a.png', 'hash-a', 'H1', 1);"
    "INSERT INTO partitions VALUES (1, 1, 'split-1');"
    "INSERT INTO partition_samples VALUES (1, 1, 1);"
    "INSERT INTO runs (number, uuid, name, state, created_ms, started_ms, finished_ms, heartbeat_ms, folder, "
    "experiment, select_metric, host, device, git_commit, git_dirty, command, dataset, partition, positive) VALUES "
    "(1, 'uuid', 'old', 'completed', 1, 1, 2, 2, '1-old', '', 'validation.auroc', 'h', 'cpu', '', 0, '', 1, 1, 'b');"
    "INSERT INTO predictions VALUES (1, 1, 1, 3, 1, 0.75, NULL);"
    "INSERT INTO classes VALUES (1, 0, 'a'), (1, 1, 'b');"
    "INSERT INTO libraries VALUES (1, 0, 'torch', '2.13.0');"
    "INSERT INTO parameters VALUES (1, 0, 'training.epochs', 'integer', 3, NULL, NULL);"
    "INSERT INTO plugins VALUES (1, 0, 'head', 'fully_connected', '1.0', 'g++', 'head.so', 'beef');"
    "INSERT INTO metric_names VALUES (1, 1, 'auroc');"
    "INSERT INTO metric_points VALUES (1, 1, 3, 30, 0.875);"
    "INSERT INTO latest_metric VALUES (1, 1, 3, 30, 0.875);"
    "INSERT INTO best_metric VALUES (1, 1, 3, 30, 0.875);"
    "INSERT INTO metric_intervals VALUES (1, 1, 0.875, 0.5, 1.0, 0.95, 1, 1, 100, 0);"
    "INSERT INTO artifacts VALUES (1, 'best.pt', 'checkpoint', 10, 'beef');"
    "INSERT INTO events VALUES (1, 1, 2, 'completed', 'done');"
    // What somebody made for themselves, of a table that a migration replaces.
    "CREATE VIEW mine AS SELECT d.fingerprint, count(*) AS images FROM datasets d JOIN samples s ON s.dataset = d.id "
    "GROUP BY d.id;"
    "PRAGMA application_id = 1098085241; PRAGMA user_version = 1;";

class Migrations : public RegistryTest {
 protected:
  Migrations() {
    fs::create_directories(file().parent_path());
    sqlite3* connection = nullptr;
    EXPECT_EQ(SQLITE_OK, sqlite3_open(file().c_str(), &connection));
    const std::string sql = "PRAGMA journal_mode = WAL;" + text_of(ASSAY_SOURCE_DIR "/registry/schema/0001_runs.sql");
    EXPECT_EQ(SQLITE_OK, sqlite3_exec(connection, (sql + kRows).c_str(), nullptr, nullptr, nullptr))
        << sqlite3_errmsg(connection);
    sqlite3_close(connection);
  }

  void expect_the_old_run(const Registry& registry) {
    EXPECT_EQ("old", run_details(registry, 1).summary.name);
    const StoredPredictions stored = stored_predictions(registry, 1, "test");
    ASSERT_EQ(1U, stored.records.size());
    EXPECT_EQ("a.png", stored.records[0].path);
    EXPECT_EQ("H1", stored.records[0].group);
    EXPECT_EQ(0.75F, stored.predictions.probabilities[0]);
  }
};

TEST_F(Migrations, KeepWhatAnOlderRegistryHolds) {
  expect_the_old_run(writable());
  EXPECT_EQ("2", query(file(), "PRAGMA user_version"));
  EXPECT_EQ("", query(file(), "PRAGMA foreign_key_check"));
  RunStart start = example_run();
  record(start);
  EXPECT_EQ("2", query(file(), "SELECT count(*) FROM datasets"));
}

TEST_F(Migrations, LeaveEveryRowAndTheViewsThatOthersMade) {
  const std::vector<std::string> tables{"splits",        "datasets",  "samples",     "partitions",  "partition_samples",
                                        "runs",          "classes",   "libraries",   "parameters",  "plugins",
                                        "metric_points", "artifacts", "best_metric", "predictions", "metric_intervals",
                                        "latest_metric", "events",    "metric_names"};
  std::vector<std::string> before;
  for (const std::string& table : tables) before.push_back(query(file(), "SELECT count(*) FROM " + table));
  writable();
  for (std::size_t i = 0; i < tables.size(); ++i) {
    EXPECT_EQ(before[i], query(file(), "SELECT count(*) FROM " + tables[i])) << tables[i];
  }
  EXPECT_EQ("1", query(file(), "SELECT images FROM mine WHERE fingerprint = 'dataset-1'"));
  EXPECT_EQ("", query(file(), "PRAGMA foreign_key_check"));
  EXPECT_EQ("datasets", query(file(), "SELECT \"table\" FROM pragma_foreign_key_list('samples')"));
}

TEST_F(Migrations, AreMadeForReadingToo) {
  expect_the_old_run(readable());
  EXPECT_EQ("2", query(file(), "PRAGMA user_version"));
}

TEST_F(Migrations, OfARegistryThatCantBeWrittenAreMadeOnACopy) {
  fs::permissions(file(), fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read);
  fs::permissions(file().parent_path(), fs::perms::owner_write, fs::perm_options::remove);
  fs::permissions(file().parent_path(), fs::perms::others_read | fs::perms::others_exec, fs::perm_options::add);
  const int status = exit_status_as_nobody([&] {
    const Registry registry = readable();
    return run_details(registry, 1).evaluations.empty() && stored_predictions(registry, 1, "test").records.size() == 1
               ? 0
               : 1;
  });
  fs::permissions(file().parent_path(), fs::perms::owner_all);
  EXPECT_EQ(0, status);
  EXPECT_EQ("1", query(file(), "PRAGMA user_version"));
}

constexpr std::size_t kImages = 2000;

/// Another process that goes round the images without end, writes one number beside an image and its prediction, and
/// starts the WAL anew each time.
class BusyWriter {
 public:
  explicit BusyWriter(const fs::path& file) : process_(::fork()) {
    if (process_ == 0) write_without_end(file);
    EXPECT_GT(process_, 0);
  }
  ~BusyWriter() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  BusyWriter(const BusyWriter&) = delete;
  BusyWriter& operator=(const BusyWriter&) = delete;

 private:
  [[noreturn]] static void write_without_end(const fs::path& file) {
    sqlite3* connection = nullptr;
    sqlite3_open(file.c_str(), &connection);
    sqlite3_exec(connection, "PRAGMA synchronous = OFF", nullptr, nullptr, nullptr);
    for (int number = 1;; number = number % 1000000 + 1) {
      const std::string text = std::to_string(number);
      const std::string image = std::to_string(number % static_cast<int>(kImages) + 1);
      const std::string sql = "BEGIN; UPDATE samples SET sample_group = " + text + " WHERE id = " + image +
                              "; UPDATE predictions SET probability = " + text + " WHERE sample = " + image +
                              "; COMMIT; PRAGMA wal_checkpoint(RESTART)";
      sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr);
    }
  }

  pid_t process_;
};

TEST_F(Migrations, OnACopySeeOneMomentOfARegistryThatAnotherProcessWrites) {
  query(file(), "UPDATE samples SET sample_group = '0'");
  query(file(), "UPDATE predictions SET probability = 0");
  query(file(),
        "WITH RECURSIVE n(i) AS (VALUES (2) UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO samples "
        "SELECT i, 1, i || hex(zeroblob(1500)), 'hash', '0', 1 FROM n");
  query(file(), "INSERT INTO predictions SELECT 1, 1, id, 3, 1, 0, NULL FROM samples WHERE id > 1");
  const BusyWriter writer(file());
  while (query(file(), "SELECT sample_group FROM samples WHERE id = 1000") == "0") ::usleep(1000);
  fs::permissions(file(), fs::perms(0444));
  fs::permissions(file().parent_path(), fs::perms(0555));
  // A copy of two moments is damaged or has two numbers for an image.
  EXPECT_EQ(0, exit_status_as_nobody([&] {
              for (int copy = 0; copy < 10; ++copy) {
                const StoredPredictions stored = stored_predictions(readable(), 1, "test");
                if (stored.records.size() != kImages) return 1;
                for (std::size_t i = 0; i < stored.records.size(); ++i) {
                  if (std::stof(stored.records[i].group) != stored.predictions.probabilities[i]) return 2;
                }
              }
              return 0;
            }));
  fs::permissions(file().parent_path(), fs::perms(0777));
}

}  // namespace
}  // namespace assay::test
