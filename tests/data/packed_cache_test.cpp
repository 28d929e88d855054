// Pictures from the pack are those that decoding gives, whatever happens to the pack.
#include "assay/data/packed_cache.h"

#include <gtest/gtest.h>
#include <opencv2/core/version.hpp>
#include <png.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <fstream>
#include <thread>

#include "assay/data/loader.h"
#include "assay/data/renderer.h"
#include "assay/error.h"
#include "assay/packed_file.h"
#include "data/temporary_folder.h"
#include "data/test_images.h"
#include "file_check.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;

/// Turns and shrinks each view at random, so that all levels of a picture are looked at.
class Anywhere : public Augmentation {
 public:
  void sample(View& view, Random& random) const override {
    view.rotate(random.uniform(0, 360));
    const double share = random.uniform(0.1, 1.5);
    view.crop(0, 0, view.width() * share, view.height() * share);
  }
};

/// Images in a folder, and a cache beside it.
class Packed : public testing::Test {
 protected:
  Packed() {
    add("noise.png", test::noise_picture(45, 30, 1));
    add("tall.bmp", test::noise_picture(17, 64, 2));
    add("photo.jpg", test::noise_picture(33, 35, 3));
    add("dot.png", test::noise_picture(1, 1, 4));
    add("line.png", test::noise_picture(20'000, 1, 5));
    add("large.png", test::noise_picture(300, 257, 6));
    experiment_.pipeline.threads = 2;
  }

  void add(const std::string& name, const data::Picture& picture) {
    add(name, test::encode(picture, fs::path(name).extension()));
    dataset_.samples.back().width = picture.width;
    dataset_.samples.back().height = picture.height;
  }

  void add(const std::string& name, const std::string& bytes) {
    Sample sample;
    sample.name = name;
    sample.path = folder_.write("images/" + name, bytes);
    sample.content_hash = data::content_hash(bytes.data(), bytes.size());
    dataset_.samples.push_back(sample);
  }

  /// What was said goes to said_.
  std::shared_ptr<const PackedCache> open() {
    testing::internal::CaptureStderr();
    std::shared_ptr<const PackedCache> pack;
    try {
      pack = open_packed_cache(dataset_, experiment_, cache(), console_);
    } catch (...) {
      said_ = testing::internal::GetCapturedStderr();
      throw;
    }
    said_ = testing::internal::GetCapturedStderr();
    return pack;
  }

  Renderer renderer(std::shared_ptr<const PackedCache> pack, PixelType type = PixelType::float32) const {
    InputSpec input;
    input.size = 24;
    Renderer::Options options = renderer_options(experiment_, input);
    options.augmentations = AugmentationChain({std::make_shared<Anywhere>()});
    options.pixel_type = type;
    options.pack = std::move(pack);
    return Renderer(options);
  }

  std::vector<Request> requests() const {
    std::vector<Request> all;
    for (std::uint32_t view = 0; view < 6; ++view) {
      for (std::int64_t i = 0; i < std::ssize(dataset_.samples); ++i) all.push_back({i, view > 0, view, 0});
    }
    return all;
  }

  template <typename Number = float>
  std::vector<Number> pixels(const std::shared_ptr<const PackedCache>& pack, std::int64_t threads = 2) const {
    const Renderer drawer = renderer(pack, std::is_same_v<Number, float> ? PixelType::float32 : PixelType::bfloat16);
    Loader loader(dataset_, drawer, requests(), 5, threads);
    std::vector<Number> all;
    while (const Batch* batch = loader.next()) {
      const auto& numbers = std::get<std::vector<Number>>(batch->pixels);
      all.insert(all.end(), numbers.begin(), numbers.end());
    }
    return all;
  }

  /// The same, and what was said meanwhile goes to said_.
  std::vector<float> pixels_and_words(const std::shared_ptr<const PackedCache>& pack) {
    testing::internal::CaptureStderr();
    std::vector<float> all = pixels(pack);
    said_ = testing::internal::GetCapturedStderr();
    return all;
  }

  int warnings() const {
    int count = 0;
    for (std::size_t at = said_.find("warning:"); at != std::string::npos; at = said_.find("warning:", at + 1)) ++count;
    return count;
  }

  fs::path cache() const { return folder_.path() / "cache"; }

  std::vector<fs::path> packs() const {
    std::vector<fs::path> files;
    std::error_code missing;
    for (const auto& entry : fs::directory_iterator(cache() / "packed", missing)) files.push_back(entry.path());
    return files;
  }

  /// So that only a pack can give them.
  void remove_images() const { fs::remove_all(folder_.path() / "images"); }

  TemporaryFolder folder_;
  Dataset dataset_;
  Experiment experiment_;
  Console console_;
  std::string said_;
};

void flip_bit(const fs::path& file, std::int64_t offset) {
  std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
  stream.seekg(offset);
  const int byte = stream.get();
  stream.seekp(offset);
  stream.put(static_cast<char>(byte ^ 4));
}

TEST_F(Packed, PicturesAreThoseThatDecodingGives) {
  const std::vector<float> decoded = pixels(nullptr);
  const auto pack = open();
  ASSERT_NE(pack, nullptr) << said_;
  EXPECT_EQ(pixels(pack), decoded);
  EXPECT_EQ(warnings(), 0) << said_;
}

TEST_F(Packed, PicturesAreTheSameForAnyNumberOfThreads) {
  const auto pack = open();
  const std::vector<float> one = pixels(pack, 1);
  for (const std::int64_t threads : {2, 4, 7}) EXPECT_EQ(pixels(pack, threads), one) << threads << " threads";
}

TEST_F(Packed, PicturesOfCropsAreThoseThatDecodingGives) {
  FixedCropOptions crop;
  crop.foreground = true;
  experiment_.preprocessing.crop = crop;
  const auto pack = open();
  ASSERT_NE(pack, nullptr) << said_;
  EXPECT_EQ(pixels(pack), pixels(nullptr));
  experiment_.preprocessing.crop->foreground.reset();
  experiment_.preprocessing.crop->center = 20;
  EXPECT_EQ(pixels(pack), pixels(nullptr));
}

TEST_F(Packed, PicturesOfMasksAreThoseThatDecodingGives) {
  experiment_.dataset.mask = {{0.1, 0.2, 0.5, 0.9}};
  const std::vector<float> masked = pixels(nullptr);
  EXPECT_EQ(pixels(open()), masked);
  experiment_.dataset.mask.clear();
  EXPECT_NE(pixels(open()), masked);
  EXPECT_EQ(packs().size(), 2U);
}

TEST_F(Packed, PicturesThatAreStoredSmallerAreThoseThatDecodingGivesThen) {
  const std::vector<float> full = pixels(nullptr);
  experiment_.pipeline.stored_size = 40;
  const std::vector<float> reduced = pixels(nullptr);
  EXPECT_NE(reduced, full);
  const auto pack = open();
  EXPECT_EQ(pixels(pack), reduced);

  const PackedFile file(packs().front());
  const auto longest = [&](std::int32_t PackedPicture::*width, std::int32_t PackedPicture::*height) {
    std::int32_t most = 0;
    for (const PackedPicture& picture : file.pictures()) most = std::max({most, picture.*width, picture.*height});
    return most;
  };
  EXPECT_EQ(longest(&PackedPicture::width, &PackedPicture::height), 40);
  EXPECT_EQ(longest(&PackedPicture::source_width, &PackedPicture::source_height), 20'000);
  const PackedPicture* dot = file.find(parse_content_hash(dataset_.samples[3].content_hash));
  ASSERT_NE(dot, nullptr);
  EXPECT_EQ(dot->width, 1) << "nothing is enlarged";
}

TEST_F(Packed, PicturesInBfloat16AreTheNearestToThoseInFloat32) {
  const auto pack = open();
  const std::vector<float> exact = pixels(pack);
  for (const auto& source : {pack, std::shared_ptr<const PackedCache>()}) {
    const std::vector<std::uint16_t> halves = pixels<std::uint16_t>(source);
    ASSERT_EQ(halves.size(), exact.size());
    for (std::size_t i = 0; i < exact.size(); ++i) {
      const float read = std::bit_cast<float>(static_cast<std::uint32_t>(halves[i]) << 16);
      ASSERT_NEAR(read, exact[i], std::abs(exact[i]) / 256) << i;  // 8 bits, the half of the last
    }
  }
}

TEST_F(Packed, IsUsedByTheNextRunWithoutTheImages) {
  const std::vector<float> decoded = pixels(nullptr);
  open();
  remove_images();
  const auto pack = open();
  EXPECT_EQ(pixels(pack), decoded);
  EXPECT_EQ(packs().size(), 1U);
}

TEST_F(Packed, IsNotMadeWhereTheCacheIsOff) {
  experiment_.pipeline.cache = "off";
  EXPECT_EQ(open(), nullptr);
  EXPECT_TRUE(packs().empty());
  EXPECT_EQ(said_, "");
}

TEST_F(Packed, IsSharedByOtherMarginsAndIsAnotherForOtherImages) {
  FixedCropOptions crop;
  crop.foreground = true;
  experiment_.preprocessing.crop = crop;
  open();
  experiment_.preprocessing.crop->margin = 0.3;
  open();
  EXPECT_EQ(packs().size(), 1U);
  add("new.png", test::small_image(77));
  open();
  EXPECT_EQ(packs().size(), 2U);
}

TEST_F(Packed, KnowsTheSideThatACropOfOneScaleNeeds) {
  FixedCropOptions crop;
  crop.foreground = true;
  crop.keep_scale = true;
  experiment_.preprocessing.crop = crop;
  const auto measured = measure_crop(experiment_.preprocessing, dataset_, {}, 1e8);
  const auto pack = open();
  remove_images();
  EXPECT_EQ(measure_crop(experiment_.preprocessing, dataset_, {}, 1e8, pack.get()).crop->side, measured.crop->side);
}

TEST_F(Packed, CutShortIsToldOnceAndMadeAgain) {
  const std::vector<float> decoded = pixels(nullptr);
  open();
  const fs::path file = packs().front();
  const auto whole = fs::file_size(file);
  for (const std::uintmax_t size : {whole - 1, whole / 2, std::uintmax_t{70}, std::uintmax_t{10}, std::uintmax_t{0}}) {
    fs::resize_file(file, size);
    const auto pack = open();
    EXPECT_EQ(warnings(), 1) << said_;
    EXPECT_NE(said_.find("packed again"), std::string::npos) << said_;
    EXPECT_EQ(pixels(pack), decoded);
    EXPECT_EQ(fs::file_size(file), whole);
  }
}

TEST_F(Packed, DamagedInItsHeaderKeyOrIndexIsToldOnceAndMadeAgain) {
  const std::vector<float> decoded = pixels(nullptr);
  open();
  const fs::path file = packs().front();
  const auto size = static_cast<std::int64_t>(fs::file_size(file));
  // Magic, version, length of the key, index offset, hash, key, an entry's hash, offset and width.
  for (const std::int64_t offset : {0L, 8L, 12L, 25L, 50L, 70L, size - 112, size - 90, size - 20}) {
    flip_bit(file, offset);
    const auto pack = open();
    EXPECT_EQ(warnings(), 1) << offset << ": " << said_;
    EXPECT_EQ(pixels(pack), decoded) << offset;
    open();
    EXPECT_EQ(said_, "") << "made again";
  }
}

TEST_F(Packed, OfAnotherVersionSaysSo) {
  open();
  std::fstream(packs().front(), std::ios::binary | std::ios::in | std::ios::out).seekp(8).put(9);
  EXPECT_NE(open(), nullptr);
  EXPECT_EQ(said_.substr(0, said_.find('\n')),
            "warning: " + packs().front().string() + " is a pack of format 9, not 1; the pictures are packed again");
}

TEST_F(Packed, ReplacedByAForeignFileIsMadeAgain) {
  open();
  std::ofstream(packs().front()) << std::string(100'000, 'x');
  EXPECT_NE(open(), nullptr);
  EXPECT_NE(said_.find("is no pack of pictures"), std::string::npos) << said_;
  EXPECT_EQ(warnings(), 1);
}

TEST_F(Packed, ReplacedByThatOfOtherPicturesIsMadeAgain) {
  open();
  const fs::path first = packs().front();
  add("new.png", test::small_image(77));
  open();
  for (const fs::path& file : packs()) {
    if (file != first) fs::copy_file(first, file, fs::copy_options::overwrite_existing);
  }
  EXPECT_NE(open(), nullptr);
  EXPECT_NE(said_.find("holds other pictures than its name says"), std::string::npos) << said_;
}

TEST_F(Packed, PicturesWithAFlippedBitAreToldOnceAndDecoded) {
  const std::vector<float> decoded = pixels(nullptr);
  open();
  const fs::path file = packs().front();
  std::int64_t offset = 0;
  {
    const PackedFile pack(file);
    offset = static_cast<std::int64_t>(pack.find(parse_content_hash(dataset_.samples[5].content_hash))->offset);
  }
  flip_bit(file, offset + 1000);
  const auto pack = open();
  EXPECT_EQ(said_, "") << "pixels are checked when they are used";
  EXPECT_EQ(pixels_and_words(pack), decoded);
  EXPECT_EQ(warnings(), 1) << said_;
  EXPECT_TRUE(packs().empty()) << "set aside";
  EXPECT_EQ(pixels_and_words(pack), decoded);
  EXPECT_EQ(said_, "") << "told before";
  EXPECT_EQ(pixels(open()), decoded);
  EXPECT_EQ(packs().size(), 1U);
}

TEST_F(Packed, DeletedWhileItIsUsedStaysForThisRun) {
  const std::vector<float> decoded = pixels(nullptr);
  const auto pack = open();
  fs::remove_all(cache());
  remove_images();
  EXPECT_EQ(pixels_and_words(pack), decoded);
  EXPECT_EQ(said_, "");
}

TEST_F(Packed, CutShortByAnotherProgramWhileItIsUsedIsToldAndDecodedFromThenOn) {
  const std::vector<float> decoded = pixels(nullptr);
  const auto pack = open();
  fs::resize_file(packs().front(), 4096);
  EXPECT_EQ(pixels_and_words(pack), decoded);
  EXPECT_EQ(warnings(), 1) << said_;
  EXPECT_NE(said_.find("was cut short by another program"), std::string::npos) << said_;
}

TEST_F(Packed, RefusesAnImageThatChangedSinceTheDataSetWasOpened) {
  std::ofstream(dataset_.samples[1].path) << test::small_image(99);
  try {
    open();
    FAIL() << "was packed";
  } catch (const Failure& problem) {
    EXPECT_NE(std::string(problem.what()).find("tall.bmp has changed"), std::string::npos) << problem.what();
  }
  EXPECT_TRUE(packs().empty());
}

TEST_F(Packed, AnImageThatChangedIsRefusedWithoutAPackToo) {
  experiment_.pipeline.cache = "off";
  pixels(open());
  std::ofstream(dataset_.samples[1].path) << test::encode(test::noise_picture(17, 64, 99), ".bmp");
  try {
    pixels(open());
    FAIL() << "was rendered under the hash of another";
  } catch (const Failure& problem) {
    EXPECT_NE(std::string(problem.what()).find("tall.bmp has changed since the data set was opened"), std::string::npos)
        << problem.what();
  }
  dataset_.samples[1].content_hash.clear();  // a loose file is what it is
  EXPECT_NO_THROW(pixels(nullptr));
}

TEST_F(Packed, ACropIsNotMeasuredOnAnImageThatChanged) {
  FixedCropOptions crop;
  crop.foreground = true;
  crop.keep_scale = true;
  experiment_.preprocessing.crop = crop;
  std::ofstream(dataset_.samples[1].path) << test::encode(test::noise_picture(17, 64, 99), ".bmp");
  EXPECT_THROW(measure_crop(experiment_.preprocessing, dataset_, {}, 1e8), Failure);
}

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
