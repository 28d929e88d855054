// Whatever becomes of a pack or of its images, a run has the right pictures or says why it hasn't.
#include <fstream>

#include "assay/error.h"
#include "assay/packed_file.h"
#include "data/packed_pictures.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using test::flip_bit;
using test::Packed;

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

}  // namespace
}  // namespace assay
