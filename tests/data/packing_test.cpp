// When a pack is made, when it isn't, and who makes it: full disks, limits, other processes, broken images.
#include <opencv2/core/version.hpp>
#include <png.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "assay/error.h"
#include "assay/packed_file.h"
#include "data/packed_pictures.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using test::Packed;
using test::TemporaryFolder;

TEST_F(Packed, IsAnotherForOtherDecoders) {
  open();
  const std::string key = PackedFile(packs().front()).key();
  for (const char* library : {"OpenCV " CV_VERSION, "libpng " PNG_LIBPNG_VER_STRING, "libjpeg"}) {
    EXPECT_NE(key.find(library), std::string::npos) << key;
  }
}

TEST_F(Packed, IsNotMadeAgainAndAgainWhereWhatWasWrittenIsNoPack) {
  // A key above a megabyte, which no reader takes.
  experiment_.dataset.mask.assign(20'000, {0.1, 0.2, 0.1, 0.2});
  EXPECT_EQ(open(), nullptr);
  EXPECT_EQ(warnings(), 1) << said_;
  EXPECT_NE(said_.find("its header holds sizes that don't fit it"), std::string::npos) << said_;
}

TEST_F(Packed, IsNotMadeWhereAFolderHasItsName) {
  open();
  const fs::path file = packs().front();
  fs::remove(file);
  fs::create_directories(file / "inside");
  EXPECT_EQ(open(), nullptr);
  EXPECT_EQ(said_, "warning: decoded pictures aren't kept, but decoded each time: " + file.string() +
                       " is a directory; remove it\n");
}

TEST_F(Packed, LeavesOutWhatCanNotBeDecodedSoThatItsBatchSaysWhy) {
  add("broken.png", "no image at all");
  const auto pack = open();
  ASSERT_NE(pack, nullptr);
  try {
    pixels(pack);
    FAIL() << "was rendered";
  } catch (const Failure& problem) {
    EXPECT_NE(std::string(problem.what()).find("broken.png"), std::string::npos) << problem.what();
  }
}

TEST_F(Packed, GoesOnWithoutAPackWhereAFileCanNotGrow) {
  const std::vector<float> decoded = pixels(nullptr);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{10'000, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const auto pack = open();
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(pack, nullptr);
  EXPECT_EQ(warnings(), 1) << said_;
  EXPECT_NE(said_.find("decoded each time: "), std::string::npos) << said_;
  EXPECT_NE(said_.find("File too large"), std::string::npos) << said_;
  EXPECT_TRUE(packs().empty()) << "nothing half written is left";
  EXPECT_EQ(pixels(pack), decoded);
}

/// 0 when the disk was full and all went well; 77 where this process may not mount.
int pack_on_a_small_disk(const fs::path& disk, const std::function<bool()>& try_it) {
  const bool mounted = ::unshare(CLONE_NEWNS) == 0 &&
                       ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                       ::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=64k,mode=0777") == 0;
  if (!mounted) return 77;
  return try_it() ? 0 : 1;
}

TEST_F(Packed, GoesOnWithoutAPackWhereTheDiskIsFull) {
  fs::create_directories(cache());
  const pid_t child = ::fork();
  if (child == 0) {
    ::_exit(pack_on_a_small_disk(cache(), [this] {
      const bool is_none = open() == nullptr;
      const bool is_told = warnings() == 1 && said_.find("No space left on device") != std::string::npos;
      return is_none && is_told && packs().empty();
    }));
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 77) GTEST_SKIP() << "this process may not mount a small disk";
  EXPECT_EQ(status, 0);
}

TEST_F(Packed, GoesOnWithoutAPackWhereTheFolderCanNotBeMade) {
  folder_.write("cache/packed", "a file where the folder should be");
  EXPECT_EQ(open(), nullptr);
  EXPECT_EQ(warnings(), 1) << said_;
}

TEST_F(Packed, IsNotMadeAboveTheCachesLimit) {
  setenv("ASSAY_CACHE_LIMIT", "100K", 1);
  const auto pack = open();
  unsetenv("ASSAY_CACHE_LIMIT");
  EXPECT_EQ(pack, nullptr);
  EXPECT_NE(said_.find("more than the cache's limit of 100 kB"), std::string::npos) << said_;
  EXPECT_NE(said_.find("pipeline.stored_size"), std::string::npos) << said_;
}

TEST_F(Packed, WaitsForAnotherProcessThatPacksAndTakesOverWhenThatDies) {
  const std::vector<float> decoded = pixels(nullptr);
  open();
  const fs::path file = packs().front();
  const std::string key = PackedFile(file).key();
  fs::remove(file);
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {  // has written a part when it is killed
    const auto writer = PackWriter::begin(file, key);
    const std::vector<std::uint8_t> levels(19);
    PackedPicture dot;
    dot.width = dot.height = 1;
    writer->add(dot, levels);
    [[maybe_unused]] const auto written = ::write(ready[1], "x", 1);
    for (;;) ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  std::jthread killer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  });
  const auto pack = open();
  EXPECT_NE(said_.find("another run is packing the same pictures; waiting for it"), std::string::npos) << said_;
  EXPECT_EQ(warnings(), 0) << said_;
  EXPECT_EQ(pixels(pack), decoded);
  EXPECT_EQ(packs(), std::vector<fs::path>{file});
}

TEST_F(Packed, RoomIsNotMadeTwiceForWhatAnotherRunIsPacking) {
  open();
  const fs::path file = packs().front();
  const std::string key = PackedFile(file).key();
  const auto bytes = static_cast<std::int64_t>(fs::file_size(file));
  const fs::path unrelated = file.parent_path() / "unrelated.pack";
  fs::copy_file(file, unrelated);
  fs::rename(file, file.parent_path() / "used_last.pack");
  fs::last_write_time(unrelated, fs::file_time_type::clock::now() - std::chrono::hours(5));
  auto other = PackWriter::begin(file, key);
  other->reserve(bytes);
  // For three of them and a half.
  setenv("ASSAY_CACHE_LIMIT", std::to_string(bytes * 7 / 2).c_str(), 1);
  std::jthread ender([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    other.reset();
  });
  const auto pack = open();
  unsetenv("ASSAY_CACHE_LIMIT");
  EXPECT_NE(said_.find("waiting for it"), std::string::npos) << said_;
  EXPECT_NE(pack, nullptr) << said_;
  EXPECT_TRUE(fs::exists(unrelated));
}

TEST(PackOfADataSet, IsAnotherOnceAnImageHasChanged) {
  const TemporaryFolder folder;
  const TemporaryFolder cache;
  for (std::uint32_t i = 0; i < 4; ++i) {
    folder.write((i % 2 == 0 ? "a/" : "b/") + std::to_string(i) + ".png", test::small_image(i));
  }
  Experiment experiment;
  experiment.dataset.path = folder.path().string();
  Console console;
  const auto renders = [&](bool from_pack) {
    const Dataset dataset = open_dataset(experiment.dataset, cache.path(), {}, DatasetUse::judge);
    Renderer::Options options = renderer_options(experiment, {});
    options.input.size = 8;
    if (from_pack) options.pack = open_packed_cache(dataset, experiment, cache.path(), console);
    const Renderer renderer(options);
    std::vector<float> all(dataset.samples.size() * 8 * 8 * 3);
    for (std::size_t i = 0; i < dataset.samples.size(); ++i) {
      renderer.render(dataset.samples[i], {}, std::span(all).subspan(i * 8 * 8 * 3, 8 * 8 * 3));
    }
    return all;
  };
  const std::vector<float> before = renders(true);
  folder.write("a/0.png", test::small_image(100));
  EXPECT_NE(renders(true), before);
  EXPECT_EQ(renders(true), renders(false));
}

TEST(ManyImages, ThreeOfThemBrokenAreNamedTogetherOrLeftOutOfThePack) {
  const TemporaryFolder folder;
  const TemporaryFolder cache;
  for (std::uint32_t i = 0; i < 10'001; ++i) {
    const bool is_broken = i == 17 || i == 5'000 || i == 10'000;
    std::string bytes = test::encode(test::noise_picture(8, 8, i), ".bmp");
    if (is_broken) bytes.resize(100);
    folder.write((i % 2 == 0 ? "a/" : "b/") + std::to_string(i) + ".bmp", bytes);
  }
  Experiment experiment;
  experiment.dataset.path = folder.path().string();
  experiment.dataset.near_copies = "keep";
  try {
    open_dataset(experiment.dataset, cache.path(), {}, DatasetUse::judge);
    FAIL() << "was opened";
  } catch (const InvalidInput& problem) {
    for (const char* name : {"b/17.bmp", "a/5000.bmp", "a/10000.bmp"}) {
      EXPECT_NE(std::string(problem.what()).find(name), std::string::npos) << problem.what();
    }
  }

  experiment.dataset.on_bad_image = "skip";
  Console console;
  const Dataset dataset = open_dataset(experiment.dataset, cache.path(), {}, DatasetUse::judge);
  EXPECT_EQ(dataset.skipped.size(), 3U);
  const auto pack = open_packed_cache(dataset, experiment, cache.path(), console);
  ASSERT_NE(pack, nullptr);
  for (const auto& entry : fs::directory_iterator(cache.path() / "packed")) {
    EXPECT_EQ(summary_of_pack(entry.path()).pictures, 9'998);
  }
  Renderer::Options options = renderer_options(experiment, {});
  options.input.size = 8;
  const Renderer from_files(options);
  options.pack = pack;
  const Renderer from_pack(options);
  std::vector<float> packed(8 * 8 * 3);
  std::vector<float> decoded(8 * 8 * 3);
  for (std::int64_t i = 0; i < std::ssize(dataset.samples); i += 97) {
    const Sample& sample = dataset.samples[static_cast<std::size_t>(i)];
    from_pack.render(sample, {.sample = i}, packed);
    from_files.render(sample, {.sample = i}, decoded);
    EXPECT_EQ(packed, decoded) << sample.name;
  }
  const auto begun = std::chrono::steady_clock::now();
  open_packed_cache(dataset, experiment, cache.path(), console);
  std::cout << "opening a pack of 9,998 pictures: "
            << std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count() << " ms\n";
}

}  // namespace
}  // namespace assay
