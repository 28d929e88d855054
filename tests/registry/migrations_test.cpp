// A registry of an older Assay, as it was made then: by the first schema's own file.
#include <sqlite3.h>

#include <fstream>
#include <sstream>

#include "assay/registry/external_evaluation.h"
#include "registry_fixture.h"

namespace assay::test {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

/// One completed run with a test image.
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

}  // namespace
}  // namespace assay::test
