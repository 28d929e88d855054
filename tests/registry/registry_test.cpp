#include "assay/registry/registry.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "assay/error.h"
#include "registry_fixture.h"
#include "texts.h"

namespace assay::test {
namespace fs = std::filesystem;
namespace {

void write_file(const fs::path& file, const std::string& bytes) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
}

void exclusive_transaction(const fs::path& database, const ChildProcess::Wait& wait_for_death) {
  sqlite3* connection = nullptr;
  sqlite3_open(database.c_str(), &connection);
  sqlite3_exec(connection, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr);
  wait_for_death();
}

void lock_file(const fs::path& file, const ChildProcess::Wait& wait_for_death) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT, 0666);
  if (::flock(descriptor, LOCK_EX) == 0) wait_for_death();
}

class RegistryLocation : public RegistryTest {
 protected:
  void SetUp() override { ::unsetenv("ASSAY_REGISTRY"); }
  void TearDown() override { ::unsetenv("ASSAY_REGISTRY"); }
};

TEST_F(RegistryLocation, IsFoundInTheNearestFolderUpwards) {
  record(example_run());
  const fs::path below = folder_.path() / "a" / "b";
  fs::create_directories(below);
  EXPECT_EQ(file(), Registry::locate({}, below));
}

TEST_F(RegistryLocation, IsMadeInTheCurrentFolderWhereNoneIsFound) {
  EXPECT_EQ(folder_.path() / "runs" / "registry.db", Registry::locate({}, folder_.path()));
}

TEST_F(RegistryLocation, IsTakenFromTheEnvironmentUnlessTheOptionIsGiven) {
  ::setenv("ASSAY_REGISTRY", "/elsewhere/r.db", 1);
  EXPECT_EQ("/elsewhere/r.db", Registry::locate({}, folder_.path()));
  EXPECT_EQ("/option/r.db", Registry::locate("/option/r.db", folder_.path()));
}

class Opening : public RegistryTest {
 protected:
  std::string reading_message() {
    return message_of([&] { readable(); });
  }
  std::string writing_message() {
    return message_of([&] { writable(); });
  }
};

TEST_F(Opening, MakesTheFileOnlyToWrite) {
  EXPECT_TRUE(contains(reading_message(), "there is no registry at " + file().string())) << reading_message();
  EXPECT_FALSE(fs::exists(file()));
  writable();
  EXPECT_TRUE(fs::exists(file()));
  EXPECT_EQ("wal", query(file(), "PRAGMA journal_mode"));
  EXPECT_FALSE(fs::exists(file().string() + ".new"));
}

TEST_F(Opening, TakesAnyByteInAPath) {
  const fs::path odd = folder_.path() / "what? 100%" / "a#b;c é.db";
  Registry::open(odd, OpenMode::write);
  EXPECT_TRUE(fs::exists(odd));
  Registry::open(odd, OpenMode::read);
}

TEST_F(Opening, RefusesAFileThatIsNoDatabase) {
  write_file(file(), std::string(5000, 'x'));
  EXPECT_TRUE(contains(reading_message(), "is not an SQLite database")) << reading_message();
  write_file(file(), "short");
  EXPECT_TRUE(contains(writing_message(), "is not an SQLite database"));
}

TEST_F(Opening, RefusesAnEmptyFileAndLeavesIt) {
  write_file(file(), "");
  EXPECT_TRUE(contains(reading_message(), "is empty (0 bytes)")) << reading_message();
  EXPECT_TRUE(contains(writing_message(), "is empty (0 bytes)"));
  EXPECT_EQ(0U, fs::file_size(file()));
}

TEST_F(Opening, RefusesAFolder) {
  fs::create_directories(file());
  EXPECT_TRUE(contains(reading_message(), "is a folder; --registry names a file")) << reading_message();
}

TEST_F(Opening, RefusesTheDatabaseOfAnotherProgram) {
  fs::create_directories(file().parent_path());
  query(file(), "CREATE TABLE bookmarks (url)");
  EXPECT_TRUE(contains(writing_message(), "database of another program")) << writing_message();
}

TEST_F(Opening, RefusesANewerSchemaWithBothVersions) {
  writable();
  query(file(), "PRAGMA user_version = 99");
  for (const std::string& message : {reading_message(), writing_message()}) {
    EXPECT_TRUE(contains(message, "schema is version 99")) << message;
    EXPECT_TRUE(contains(message, "knows versions up to 2")) << message;
  }
}

TEST_F(Opening, SaysThatADamagedFileIsDamaged) {
  record(example_run());
  query(file(), "PRAGMA wal_checkpoint(TRUNCATE)");
  const auto size = fs::file_size(file());
  std::fstream stream(file(), std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(100);
  stream << std::string(size - 100, '\xee');
  stream.close();
  EXPECT_TRUE(contains(message_of([&] { list_runs(readable()); }), "it is damaged"));
}

TEST_F(Opening, SaysWhenAnotherProgramLocksIt) {
  writable();
  ChildProcess other([&](const auto& wait_for_death) {
    // Without a WAL the lock keeps readers out too.
    query(file(), "PRAGMA journal_mode = DELETE");
    exclusive_transaction(file(), wait_for_death);
  });
  const std::string message =
      message_of([&] { list_runs(Registry::open(file(), OpenMode::read, std::chrono::milliseconds(50))); });
  EXPECT_TRUE(contains(message, "another program keeps it locked")) << message;
}

TEST_F(Opening, SaysWhenAnotherProcessKeepsTheWriteLock) {
  const Registry registry = Registry::open(file(), OpenMode::write, std::chrono::milliseconds(50));
  ChildProcess other([&](const auto& wait_for_death) { lock_file(file().string() + ".lock", wait_for_death); });
  const std::string message = message_of([&] { RunWriter::start(registry, example_run(), quick()); });
  EXPECT_TRUE(contains(message, "is locked: another process has been writing")) << message;
}

TEST_F(Opening, ReadsAReadOnlyFileAndSaysWhyItCannotWrite) {
  record(example_run());
  fs::permissions(file(), fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read);
  EXPECT_EQ(0, exit_status_as_nobody([&] { return list_runs(readable()).size() == 1 ? 0 : 1; }));
  EXPECT_EQ(0, exit_status_as_nobody([&] {
              return contains(message_of([&] { writable(); }), "is read-only, and recording a run writes to it") ? 0
                                                                                                                 : 1;
            }));
}

TEST_F(Opening, ReadsInAFolderThatCannotBeWritten) {
  record(example_run());
  fs::permissions(file().parent_path(), fs::perms(0555));
  EXPECT_EQ(0, exit_status_as_nobody([&] { return list_runs(readable()).size() == 1 ? 0 : 1; }));
  fs::permissions(file(), fs::perms(0666));
  EXPECT_EQ(0, exit_status_as_nobody([&] {
              return contains(message_of([&] { writable(); }), "of the registry is not writable") ? 0 : 1;
            }));
  fs::permissions(file().parent_path(), fs::perms(0777));
}

TEST_F(Opening, ReadsWhatAKilledWriterLeftWhereNothingCanBeWritten) {
  {
    ChildProcess child([&](const auto& wait_for_death) {
      RunWriter writer = RunWriter::start(writable(), example_run(), quick());
      writer.metric("validation", "auroc", 1, 1, 0.75);
      writer.flush();
      wait_for_death();
    });
  }
  ASSERT_GT(fs::file_size(file().string() + "-wal"), 0U);
  fs::remove(file().string() + "-shm");
  fs::permissions(file().parent_path(), fs::perms(0555));
  EXPECT_EQ(0, exit_status_as_nobody([&] {
              const auto history = metric_history(readable(), 1);
              return history.size() == 1 && history[0].value == 0.75 ? 0 : 1;
            }));
  fs::permissions(file().parent_path(), fs::perms(0777));
}

TEST_F(Opening, SaysWhereAFolderCannotBeMade) {
  fs::permissions(folder_.path(), fs::perms(0555));
  EXPECT_EQ(0, exit_status_as_nobody([&] {
              const std::string message = message_of([&] { writable(); });
              return contains(message, "can't be made") &&
                             contains(message, folder_.path().string() + " is not writable")
                         ? 0
                         : 1;
            }));
  fs::permissions(folder_.path(), fs::perms(0777));
}

TEST_F(Opening, LetsManyProcessesMakeItAtOnce) {
  const int status = exit_status_of_process([&] {
    std::vector<int> results;
    for (int i = 0; i < 4; ++i) {
      if (::fork() == 0) {
        try {
          RunWriter::start(writable(), example_run(), quick()).finish(RunState::completed);
          ::_exit(0);
        } catch (const std::exception& error) {
          std::fprintf(stderr, "%s\n", error.what());
          ::_exit(1);
        }
      }
    }
    int failed = 0;
    for (int i = 0; i < 4; ++i) {
      int child = 0;
      ::wait(&child);
      failed += child != 0;
    }
    return failed;
  });
  EXPECT_EQ(0, status);
  EXPECT_EQ(4U, list_runs(readable()).size());
}

TEST_F(Opening, KeepsRowsThatReferToNothingOut) {
  RunWriter writer = RunWriter::start(writable(), example_run(), quick());
  query(file(), "DELETE FROM runs");
  const std::string message = message_of([&] {
    writer.metric("validation", "auroc", 1, 1, 0.5);
    writer.flush();
  });
  EXPECT_TRUE(contains(message, "FOREIGN KEY constraint failed")) << message;
}

}  // namespace
}  // namespace assay::test
