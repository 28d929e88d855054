// A disk that fills up while a run is recorded: a real one, of four megabytes, in memory.
#include <sched.h>
#include <sys/mount.h>

#include <cstdio>
#include <fstream>

#include "assay/error.h"
#include "registry_fixture.h"
#include "texts.h"

namespace assay::test {
namespace fs = std::filesystem;
namespace {

constexpr int kNotAllowed = 77;

/// Needs the right to mount; false where the process has none.
bool mount_small_disk(const fs::path& folder) {
  return ::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=4m,mode=0777") == 0;
}

void fill_disk(const fs::path& file) {
  std::ofstream stream(file, std::ios::binary);
  const std::string block(4096, 'x');
  while (stream.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
  }
}

void require(bool condition, std::string_view otherwise) {
  if (!condition) throw Failure(std::string(otherwise));
}

/// Fills the disk under a writer; then frees it again, or not.
int write_on_a_full_disk(const fs::path& disk, bool make_room) {
  if (!mount_small_disk(disk)) return kNotAllowed;
  const fs::path file = disk / "registry.db";
  const Registry registry = Registry::open(file, OpenMode::write);
  std::string said;
  {
    RunWriter writer = RunWriter::start(registry, example_run(), quick(&said));
    writer.metric("train", "loss", 3, 3, 0.5);
    writer.flush();
    fill_disk(disk / "filler");
    for (int i = 4; i < 20'000; ++i) {
      try {
        writer.metric("train", "loss", i, i, i);
      } catch (const Failure&) {
        break;
      }
    }
    const std::string message = message_of([&] { writer.flush(); });
    require(contains(message, "the disk is full"), message);
    require(contains(message, "Run 1 is kept up to epoch "), message);
    require(contains(message, "Make room in " + disk.string()), message);
    require(contains(message, "runner resume 1"), message);
    require(message == message_of([&] { writer.metric("train", "loss", 1, 1, 1); }), message);
    if (make_room) fs::remove(disk / "filler");
  }
  const Registry again = Registry::open(file, OpenMode::read);
  const RunSummary run = list_runs(again)[0];
  require(metric_history(again, 1)[0].epoch == 3, "the committed row is lost");
  if (make_room) {
    require(run.state == RunState::failed, to_text(run.state));
  } else {
    require(contains(said, "run 1 could not be closed"), said);
    require(run.state == RunState::crashed, to_text(run.state));
  }
  return 0;
}

class FullDisk : public RegistryTest {
 protected:
  void check(bool make_room) {
    const int status = exit_status_of_process([&] { return write_on_a_full_disk(folder_.path(), make_room); });
    if (status == kNotAllowed) GTEST_SKIP() << "mounting a small disk is not allowed here";
    EXPECT_EQ(0, status);
  }
};

TEST_F(FullDisk, IsToldWithWhatWasKept) { check(false); }

TEST_F(FullDisk, LetsTheRestBeWrittenWhenRoomIsMade) { check(true); }

}  // namespace
}  // namespace assay::test
