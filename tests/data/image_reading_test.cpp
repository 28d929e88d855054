// Reading pictures: every format and kind as Pillow reads it, and every way in which a file can be bad.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "assay/error.h"
#include "data/temporary_folder.h"
#include "data/test_images.h"
#include "picture.h"
#include "texts.h"

namespace assay::data {
namespace {

using test::encode;
using test::noise_picture;
using test::TemporaryFolder;

constexpr double kLimit = 1e6;
const std::filesystem::path kFixtures = std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/data/fixtures/images";

std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Why an image is refused; empty when it isn't.
std::string refusal(const std::string& file, double limit = kLimit) {
  try {
    decode_picture(bytes_of(file), limit);
  } catch (const BadImage& problem) {
    return problem.what();
  }
  return "";
}

int largest_difference(const Picture& a, const Picture& b) {
  int largest = 0;
  for (std::size_t i = 0; i < a.rgb.size(); ++i) largest = std::max(largest, std::abs(int{a.rgb[i]} - int{b.rgb[i]}));
  return largest;
}

class ImageKind : public testing::TestWithParam<std::string> {};

// The expected pictures are Pillow's: tools/fixtures/image_fixtures.py.
TEST_P(ImageKind, IsReadAsPillowReadsIt) {
  const Picture read = read_picture(kFixtures / GetParam(), kLimit);
  const Picture expected = read_picture(kFixtures / (GetParam() + ".expected.png"), kLimit);
  ASSERT_EQ(read.width, expected.width);
  ASSERT_EQ(read.height, expected.height);
  // Two JPEG decoders may differ by a level or two in their inverse transform.
  const int allowed = GetParam().ends_with(".jpg") ? 2 : 0;
  EXPECT_LE(largest_difference(read, expected), allowed);
}

INSTANTIATE_TEST_SUITE_P(OfEveryFormat, ImageKind,
                         testing::Values("exif1.jpg", "exif2.jpg", "exif3.jpg", "exif4.jpg", "exif5.jpg", "exif6.jpg",
                                         "exif7.jpg", "exif8.jpg", "exif6_in_png.png", "progressive.jpg", "grey.jpg",
                                         "grey.png", "palette.png", "palette.bmp", "alpha.png", "plain.bmp",
                                         "one_bit.png", "plain.tif", "turned.tif", "lzw.tif", "deflate.tiff",
                                         "grey16.png", "grey16.tif"),
                         [](const auto& kind) {
                           std::string name = kind.param;
                           std::ranges::replace(name, '.', '_');
                           return name;
                         });

class LosslessFormat : public testing::TestWithParam<std::string> {};

TEST_P(LosslessFormat, KeepsEveryPixelAtAnySize) {
  for (const auto& [width, height] : {std::pair{1, 1}, {1, 7}, {13, 1}, {31, 17}, {64, 64}}) {
    const Picture picture = noise_picture(width, height, 5);
    const std::string file = encode(picture, GetParam());
    EXPECT_EQ(decode_picture(bytes_of(file), kLimit).rgb, picture.rgb) << width << " x " << height;
  }
}

TEST_P(LosslessFormat, IsRefusedWhereverItIsCutOff) {
  const std::string file = encode(noise_picture(23, 19, 1), GetParam());
  for (std::size_t kept = 0; kept < file.size(); ++kept) {
    EXPECT_NE(refusal(file.substr(0, kept)), "") << kept << " bytes of " << file.size();
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, LosslessFormat, testing::Values(".png", ".bmp", ".tif"),
                         [](const auto& kind) { return kind.param.substr(1); });

TEST(Jpeg, IsRefusedWhereverItIsCutOff) {
  const std::string file = encode(noise_picture(40, 40, 1), ".jpg");
  for (std::size_t kept = 0; kept < file.size(); ++kept) {
    EXPECT_NE(refusal(file.substr(0, kept)), "") << kept << " bytes of " << file.size();
  }
}

TEST(Jpeg, DamagedInsideIsRefusedThoughItsEndIsThere) {
  std::string file = encode(noise_picture(80, 80, 1), ".jpg");
  file.replace(file.size() / 2, 200, std::string(200, '\0'));
  EXPECT_NE(refusal(file).find("is damaged: "), std::string::npos) << refusal(file);
}

TEST(Jpeg, WithDamagedExifDataIsReadAsItIsStored) {
  const Picture picture = noise_picture(40, 20, 1);
  const std::string file = encode(picture, ".jpg");
  for (const std::string& block :
       {std::string("II"), std::string("II*\0\xFF\xFF\xFF\x7F", 8), std::string("nonsense")}) {
    const std::string data = std::string("Exif\0\0", 6) + block;
    const std::string segment = std::string("\xFF\xE1") + '\0' + static_cast<char>(data.size() + 2) + data;
    const Picture read = decode_picture(bytes_of(file.substr(0, 2) + segment + file.substr(2)), kLimit);
    EXPECT_EQ(read.width, 40) << block;
    EXPECT_EQ(read.rgb, decode_picture(bytes_of(file), kLimit).rgb);
  }
}

TEST(Jpeg, MayHaveBytesAfterItsEnd) {
  EXPECT_EQ(refusal(encode(noise_picture(40, 40, 1), ".jpg") + "appended by a camera"), "");
}

TEST(Jpeg, WithAThumbnailIsCheckedByItsOwnEndAndNotByTheThumbnails) {
  const std::string thumbnail = encode(noise_picture(8, 8, 2), ".jpg");
  const std::string file = encode(noise_picture(40, 40, 1), ".jpg");
  const std::size_t length = thumbnail.size() + 2;
  const std::string segment =
      std::string("\xFF\xED") + static_cast<char>(length >> 8) + static_cast<char>(length & 0xFF) + thumbnail;
  const std::string with_thumbnail = file.substr(0, 2) + segment + file.substr(2);
  EXPECT_EQ(refusal(with_thumbnail), "");
  EXPECT_NE(refusal(with_thumbnail.substr(0, with_thumbnail.size() - 2)).find("truncated"), std::string::npos);
}

TEST(Png, WithAFlippedBitIsRefused) {
  std::string file = encode(noise_picture(23, 19, 1), ".png");
  file[file.size() / 2] = static_cast<char>(file[file.size() / 2] ^ 4);
  EXPECT_NE(refusal(file).find("checksum"), std::string::npos) << refusal(file);
}

std::string little_endian(std::uint64_t number, int size) {
  std::string bytes;
  for (int i = 0; i < size; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xFF);
  return bytes;
}

/// A TIFF of one directory, at byte 8, with tags of one LONG each, and the place of the next directory.
std::string tiff_of(const std::vector<std::pair<int, std::uint64_t>>& tags, std::uint64_t next) {
  std::string file = "II*" + little_endian(0, 1) + little_endian(8, 4) + little_endian(tags.size(), 2);
  for (const auto& [tag, value] : tags) {
    file += little_endian(static_cast<std::uint64_t>(tag), 2) + little_endian(4, 2) + little_endian(1, 4) +
            little_endian(value, 4);
  }
  return file + little_endian(next, 4);
}

// Width, height, bits, compression, photometric, place of the pixels, samples, rows, bytes: of one grey pixel.
const std::vector<std::pair<int, std::uint64_t>> kOnePixel{{256, 1}, {257, 1}, {258, 8}, {259, 1}, {262, 1},
                                                           {273, 8}, {277, 1}, {278, 1}, {279, 1}};

TEST(Tiff, CountsTheFirstOfTwoEntriesOfOneTagAsLibtiffDoes) {
  EXPECT_EQ(refusal(tiff_of(kOnePixel, 0)), "");
  std::vector<std::pair<int, std::uint64_t>> tags = kOnePixel;
  tags.insert(tags.begin(), {{256, 20000}, {257, 20000}});
  EXPECT_EQ(refusal(tiff_of(tags, 0)), "has 20000 x 20000 pixels, more than dataset.pixel_limit = 1000000");
}

TEST(Tiff, WithACircleOfPagesIsRefused) {
  EXPECT_EQ(refusal(tiff_of(kOnePixel, 8)), "is damaged: its list of TIFF pages is a circle");
}

TEST(Tiff, WithMoreEntriesThanThereAreTagsIsRefused) {
  const std::string header = "II+" + little_endian(0, 1) + little_endian(8, 2) + little_endian(0, 2);
  const std::string file = header + little_endian(16, 8) + little_endian(70'000, 8);
  EXPECT_EQ(refusal(file + std::string(70'000 * 20, '\0')),
            "is damaged: a TIFF directory of it has more entries than there are tags");
}

TEST(ImageReading, RefusesCmykSayingWhatToDo) {
  for (const char* name : {"cmyk.jpg", "cmyk.tif"}) {
    const std::string reason = refusal(text_of(kFixtures / name));
    EXPECT_NE(reason.find("CMYK"), std::string::npos) << name << ": " << reason;
    EXPECT_NE(reason.find("convert it to RGB"), std::string::npos) << name << ": " << reason;
  }
}

TEST(ImageReading, RefusesEmptyFilesAndOtherContents) {
  EXPECT_NE(refusal("").find("empty"), std::string::npos);
  EXPECT_NE(refusal("path,label\n").find("no BMP, PNG, JPEG or TIFF"), std::string::npos);
  EXPECT_NE(refusal("MM is how some texts begin").find("no BMP, PNG, JPEG or TIFF"), std::string::npos);
}

TEST(ImageReading, ChecksThePixelLimitBeforeDecoding) {
  EXPECT_EQ(refusal(encode(noise_picture(20, 20, 1), ".png"), 400), "");
  EXPECT_NE(refusal(encode(noise_picture(20, 21, 1), ".png"), 400).find("20 x 21 pixels"), std::string::npos);

  // A PNG that says it has 50,000 x 50,000 pixels; decoding it would take 7.5 GB. The CRC is Python's zlib.crc32 of
  // IHDR.
  std::string bomb = encode(noise_picture(20, 20, 1), ".png");
  bomb.replace(16, 17, std::string("\x00\x00\xC3\x50\x00\x00\xC3\x50\x08\x02\x00\x00\x00\xC4\xCD\xAA\x9D", 17));
  EXPECT_NE(refusal(bomb, 100e6).find("50000 x 50000 pixels"), std::string::npos) << refusal(bomb, 100e6);
}

TEST(ImageReading, SurvivesEveryDamagedByteOfEveryFormat) {
  for (const std::string extension : {".bmp", ".png", ".jpg", ".tif"}) {
    const std::string file = encode(noise_picture(12, 9, 3), extension);
    for (std::size_t at = 0; at < file.size(); ++at) {
      for (const int value : {0x00, 0x7F, 0xFF}) {
        std::string damaged = file;
        damaged[at] = static_cast<char>(value);
        refusal(damaged);  // refused or not, it neither crashes nor takes gigabytes
      }
    }
  }
}

TEST(ImageReading, NamesTheFileThatCanNotBeRead) {
  const TemporaryFolder folder;
  const auto file = folder.write("a/cell 1.png", test::small_image(1).substr(0, 60));
  try {
    read_picture(file, kLimit);
    FAIL() << "a truncated file was read";
  } catch (const Failure& problem) {
    EXPECT_NE(std::string(problem.what()).find("a/cell 1.png is truncated"), std::string::npos) << problem.what();
  }
  EXPECT_THROW(read_picture(folder.path() / "missing.png", kLimit), Failure);
  EXPECT_THROW(read_picture(folder.path(), kLimit), Failure);
}

TEST(Medians, AreOfEachChannelOverThePictureAndOverItsBorder) {
  Picture picture = test::flat_picture(5, 5, {10, 20, 30});
  for (std::int64_t y = 1; y < 4; ++y) {
    for (std::int64_t x = 1; x < 4; ++x) std::ranges::copy(Rgb{200, 100, 0}, picture.row(y) + 3 * x);
  }
  EXPECT_EQ(median_of_border(picture), (Rgb{10, 20, 30}));
  EXPECT_EQ(median_of_picture(picture), (Rgb{10, 20, 30}));  // 16 of 25 pixels
  for (std::int64_t x = 0; x < 5; ++x) std::ranges::copy(Rgb{200, 100, 0}, picture.row(0) + 3 * x);
  EXPECT_EQ(median_of_picture(picture), (Rgb{200, 100, 0}));  // now 14 of 25
}

}  // namespace
}  // namespace assay::data
