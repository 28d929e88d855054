// What is kept of a scan: when it holds, when it doesn't, and that a lost or damaged memory costs time only.
#include "scan_memory.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <fstream>
#include <mutex>
#include <thread>

#include "data/opening.h"
#include "data/temporary_folder.h"
#include "data/test_cells.h"
#include "data/test_images.h"
#include "texts.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using test::options_for;
using test::small_image;
using test::TemporaryFolder;

/// Eight patients, p1 to p8, each with two images of both classes; 32 in all.
void write_patients(const TemporaryFolder& folder) {
  std::uint32_t seed = 1;
  for (int patient = 1; patient <= 8; ++patient) {
    for (int n = 0; n < 2; ++n) {
      for (const char* class_name : {"all", "hem"}) {
        folder.write(std::string(class_name) + "/p" + std::to_string(patient) + "_" + std::to_string(n) + ".png",
                     small_image(seed++));
      }
    }
  }
}

/// Files that were changed a moment ago are not trusted to be unchanged.
void let_files_settle() { std::this_thread::sleep_for(std::chrono::milliseconds(150)); }

struct Opened {
  Dataset dataset;
  int read = 0;      ///< images
  int compared = 0;  ///< pairs by their pixels
};

Opened open(const DatasetOptions& options, const fs::path& cache) {
  std::atomic<int> read{0};
  std::atomic<int> compared{0};
  Dataset dataset = open_dataset(options, cache, [&](const char* what, std::int64_t, std::int64_t) {
    ++(std::strcmp(what, "reading the images") == 0 ? read : compared);
  });
  return {std::move(dataset), read, compared};
}

TEST(ScanMemory, SparesReadingUnchangedFiles) {
  const TemporaryFolder folder;
  const TemporaryFolder cache;
  write_patients(folder);
  folder.write("all/p1_c.png", test::encode(test::cell_on_black(1), ".png"));
  folder.write("all/p2_c.bmp", test::encode(test::cell_on_black(1), ".bmp"));
  let_files_settle();
  const Opened first = open(options_for(folder.path()), cache.path());
  EXPECT_EQ(first.read, 34);
  EXPECT_EQ(first.compared, 1);
  const Opened second = open(options_for(folder.path()), cache.path());
  EXPECT_EQ(second.read, 0);
  EXPECT_EQ(second.compared, 0);
  EXPECT_EQ(second.dataset.fingerprint, first.dataset.fingerprint);
  EXPECT_EQ(second.dataset.split_fingerprint, first.dataset.split_fingerprint);
  EXPECT_EQ(second.dataset.warnings, first.dataset.warnings);
  EXPECT_EQ(second.dataset.near_copies.size(), 1U);
}

TEST(ScanMemory, SeesAFileOfTheSameSizeWhoseTimeWasSetBack) {
  const TemporaryFolder folder;
  const TemporaryFolder cache;
  write_patients(folder);
  const fs::path file = folder.write("all/p1_0.bmp", small_image(900, ".bmp"));
  const auto time = fs::last_write_time(file);
  let_files_settle();
  const Dataset before = open(options_for(folder.path()), cache.path()).dataset;
  std::ofstream(file, std::ios::binary) << small_image(901, ".bmp");
  fs::last_write_time(file, time);
  let_files_settle();
  const Opened after = open(options_for(folder.path()), cache.path());
  EXPECT_EQ(after.read, 1);
  EXPECT_NE(after.dataset.fingerprint, before.fingerprint);
}

TEST(ScanMemory, DoesNotTrustAFileThatHasJustChanged) {
  const TemporaryFolder folder;
  const fs::path file = folder.write("a.png", small_image(1));
  const auto state = data::state_of(file);
  ASSERT_TRUE(state.has_value());
  EXPECT_FALSE(data::is_settled(*state));
  let_files_settle();
  EXPECT_TRUE(data::is_settled(*state));
}

TEST(ScanMemory, RemembersBadImagesUntilTheyAreMended) {
  const TemporaryFolder folder;
  const TemporaryFolder cache;
  write_patients(folder);
  folder.write("all/p1_cut.png", small_image(500).substr(0, 90));
  let_files_settle();
  DatasetOptions options = options_for(folder.path());
  EXPECT_THROW(open(options, cache.path()), InvalidInput);
  options.on_bad_image = "skip";
  const Opened again = open(options, cache.path());
  EXPECT_EQ(again.read, 0);  // kept, although the first opening failed
  EXPECT_EQ(again.dataset.skipped.size(), 1U);
  folder.write("all/p1_cut.png", small_image(500));
  const Opened mended = open(options, cache.path());
  EXPECT_EQ(mended.read, 1);
  EXPECT_TRUE(mended.dataset.skipped.empty());
}

/// How many files this process may have open; as before at the end.
class OpenFileLimit {
 public:
  OpenFileLimit() { ::getrlimit(RLIMIT_NOFILE, &before_); }
  ~OpenFileLimit() { lift(); }
  OpenFileLimit(const OpenFileLimit&) = delete;
  OpenFileLimit& operator=(const OpenFileLimit&) = delete;

  void set(rlim_t files) const {
    rlimit limit = before_;
    limit.rlim_cur = files;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  void lift() const { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST(ScanMemory, ForgetsThatAFileCouldNotBeRead) {
  const TemporaryFolder folder;
  const TemporaryFolder cache;
  write_patients(folder);
  let_files_settle();
  const OpenFileLimit limit;
  try {
    open_dataset(options_for(folder.path()), cache.path(), [&](const char*, std::int64_t done, std::int64_t total) {
      if (done == 1) limit.set(0);
      if (done == total) limit.lift();
    });
    FAIL() << "files were read without being opened";
  } catch (const InvalidInput& problem) {
    EXPECT_NE(std::string(problem.what()).find("can't be read: Too many open files"), std::string::npos);
  }
  const Opened again = open(options_for(folder.path()), cache.path());
  EXPECT_GT(again.read, 0);
  EXPECT_LT(again.read, 32) << "what could be read is kept";
  EXPECT_EQ(again.dataset.samples.size(), 32U);
}

TEST(ScanMemory, AppliesAnotherPixelLimitToWhatItKnows) {
  const TemporaryFolder folder;
  const TemporaryFolder cache;
  write_patients(folder);
  let_files_settle();
  DatasetOptions options = options_for(folder.path());
  open(options, cache.path());
  options.pixel_limit = 100;
  EXPECT_THROW(open(options, cache.path()), InvalidInput);
  options.pixel_limit = 100e6;
  EXPECT_EQ(open(options, cache.path()).dataset.samples.size(), 32U);
}

std::vector<fs::path> kept_files(const fs::path& cache) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(cache / "scans")) files.push_back(entry.path());
  return files;
}

TEST(ScanMemory, DamagedCountsAsNone) {
  const TemporaryFolder folder;
  const TemporaryFolder cache;
  write_patients(folder);
  let_files_settle();
  const std::string fingerprint = open(options_for(folder.path()), cache.path()).dataset.fingerprint;
  ASSERT_EQ(kept_files(cache.path()).size(), 1U);
  const fs::path kept = kept_files(cache.path()).front();
  const std::string sound = text_of(kept);
  for (const std::size_t at : {std::size_t{0}, std::size_t{20}, sound.size() / 2, sound.size() - 1}) {
    std::string damaged = sound;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    std::ofstream(kept, std::ios::binary) << damaged;
    const Opened opened = open(options_for(folder.path()), cache.path());
    EXPECT_EQ(opened.read, 32) << at;
    EXPECT_EQ(opened.dataset.fingerprint, fingerprint);
    EXPECT_EQ(text_of(kept).size(), sound.size()) << "it is written anew";
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, sound.size() - 40}) {
    std::ofstream(kept, std::ios::binary) << sound.substr(0, size);
    EXPECT_EQ(open(options_for(folder.path()), cache.path()).read, 32) << size;
  }
}

TEST(ScanMemory, ThatCanNotBeWrittenIsNoError) {
  const TemporaryFolder folder;
  write_patients(folder);
  const fs::path no_folder = folder.write("a file", "where the cache's folder should be");
  EXPECT_EQ(open(options_for(folder.path()), no_folder).dataset.samples.size(), 32U);
}

TEST(ScanMemory, IsWholeAfterSeveralRunsAtOnce) {
  const TemporaryFolder folder;
  const TemporaryFolder cache;
  write_patients(folder);
  let_files_settle();
  std::vector<std::jthread> runs;
  for (int i = 0; i < 6; ++i) runs.emplace_back([&] { open(options_for(folder.path()), cache.path()); });
  runs.clear();
  EXPECT_EQ(open(options_for(folder.path()), cache.path()).read, 0);
  EXPECT_EQ(kept_files(cache.path()).size(), 1U) << "drafts are left behind";
}

TEST(ScanMemory, ForgetsFilesThatAreLongGone) {
  const TemporaryFolder folder;
  const TemporaryFolder cache;
  write_patients(folder);
  for (std::uint32_t i = 0; i < 200; ++i) {
    folder.write("all/p1_many" + std::to_string(i) + ".bmp", small_image(1000 + i, ".bmp"));
  }
  let_files_settle();
  open(options_for(folder.path()), cache.path());
  const auto large = fs::file_size(kept_files(cache.path()).front());
  for (int i = 0; i < 200; ++i) fs::remove(folder.path() / ("all/p1_many" + std::to_string(i) + ".bmp"));
  folder.write("all/p1_new.png", small_image(5000));
  let_files_settle();
  open(options_for(folder.path()), cache.path());
  EXPECT_LT(fs::file_size(kept_files(cache.path()).front()), large / 4);
}

TEST(ScanMemory, KeepsComparisonsOfWhatItStillKnows) {
  const TemporaryFolder folder;
  const TemporaryFolder cache;
  write_patients(folder);
  folder.write("all/p1_c.png", test::encode(test::cell_on_black(1), ".png"));
  folder.write("all/p2_c.bmp", test::encode(test::cell_on_black(1), ".bmp"));
  for (std::uint32_t i = 0; i < 200; ++i) {
    folder.write("all/p1_many" + std::to_string(i) + ".bmp", small_image(1000 + i, ".bmp"));
  }
  let_files_settle();
  EXPECT_EQ(open(options_for(folder.path()), cache.path()).compared, 1);
  for (int i = 0; i < 200; ++i) fs::remove(folder.path() / ("all/p1_many" + std::to_string(i) + ".bmp"));
  folder.write("all/p3_new.png", small_image(5000));
  let_files_settle();
  const Opened again = open(options_for(folder.path()), cache.path());
  EXPECT_EQ(again.read, 1);
  EXPECT_EQ(again.compared, 0);
  EXPECT_EQ(again.dataset.near_copies.size(), 1U);
}

/// As after a run that was interrupted between reading the images and comparing them.
TEST(ScanMemory, KeepsComparisonsMadeAfterAScanThatReadNothing) {
  const TemporaryFolder cache;
  const TemporaryFolder folder;
  const fs::path file = folder.write("a.png", small_image(1));
  const auto state = data::state_of(file);
  ASSERT_TRUE(state.has_value());
  data::FileCheck check;
  check.content_hash = "a";
  {
    data::ScanMemory memory(cache.path(), folder.path());
    memory.keep(file, *state, check);
    for (int i = 0; i < 9; ++i) {
      check.content_hash = "gone" + std::to_string(i);
      memory.keep(folder.path() / check.content_hash, *state, check);
    }
    memory.write();
  }
  {
    data::ScanMemory memory(cache.path(), folder.path());
    ASSERT_NE(memory.recall(file, *state), nullptr);
    memory.keep("a", "a", {true, 1.5, 0});
    memory.keep("a", "gone1", {});
    memory.write();
  }
  const data::ScanMemory memory(cache.path(), folder.path());
  const data::PictureComparison* kept = memory.recall("a", "a");
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(kept->mean_difference, 1.5);
  EXPECT_EQ(memory.recall("a", "gone1"), nullptr);
}

}  // namespace
}  // namespace assay
