// Images as people's folders hold them: each kind is found before training, and all that is wrong is listed at once.
#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "data/opening.h"
#include "data/temporary_folder.h"
#include "data/test_cells.h"
#include "data/test_images.h"
#include "file_check.h"
#include "texts.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using test::mentions;
using test::open;
using test::options_for;
using test::small_image;
using test::TemporaryFolder;

const fs::path kFixtures = fs::path(ASSAY_SOURCE_DIR) / "tests/data/fixtures/images";

void write_patients(const TemporaryFolder& folder) {
  std::uint32_t seed = 1;
  for (int patient = 1; patient <= 8; ++patient) {
    for (const char* class_name : {"all", "hem"})
      folder.write(std::string(class_name) + "/p" + std::to_string(patient) + "_0.png", small_image(seed++));
  }
}

std::string big_endian(std::uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 0xFF);
  return bytes;
}

/// The checksum of PNG's specification, annex D, bit by bit.
std::uint32_t crc_of(const std::string& bytes) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
  }
  return ~crc;
}

std::string png_chunk(const std::string& type, const std::string& data) {
  return big_endian(static_cast<std::uint32_t>(data.size())) + type + data + big_endian(crc_of(type + data));
}

/// A PNG with a chunk right behind IHDR.
std::string png_with(const std::string& chunk, std::uint32_t seed) { return small_image(seed).insert(33, chunk); }

std::string animated_png() { return png_with(png_chunk("acTL", big_endian(3) + big_endian(0)), 50); }

/// Its header says 50,000 x 50,000 pixels: 7.5 GB.
std::string bomb() {
  const std::string header = big_endian(50'000) + big_endian(50'000) + std::string("\x08\x02\x00\x00\x00", 5);
  return small_image(51).replace(8, 25, png_chunk("IHDR", header));
}

std::string png_of_16_bits() {
  cv::Mat image(40, 40, CV_16UC3, cv::Scalar(40'000, 20'000, 60'000));
  std::vector<unsigned char> bytes;
  cv::imencode(".png", image, bytes);
  return {bytes.begin(), bytes.end()};
}

void write_pages(const fs::path& file) {
  const std::vector<cv::Mat> pages{cv::Mat(40, 40, CV_8UC3, cv::Scalar(1, 2, 3)),
                                   cv::Mat(40, 40, CV_8UC3, cv::Scalar(4, 5, 6))};
  cv::imwrite(file.string(), pages);
}

/// Two hundred bytes in the middle of the pixels' data are zeros, as in a block that a disk lost; markers and end are
/// whole.
std::string jpeg_damaged_inside() {
  std::string file = test::encode(test::cell_field(1), ".jpg");
  return file.replace(file.size() / 2, 200, std::string(200, '\0'));
}

/// Why opening is refused; empty when it isn't.
std::string refusal(const DatasetOptions& options) {
  try {
    open(options);
  } catch (const InvalidInput& problem) {
    return problem.what();
  }
  return "";
}

struct BadFile {
  std::string name;
  std::string reason;
};

/// One of each kind that can't be used, and why.
std::vector<BadFile> write_bad(const TemporaryFolder& folder) {
  const auto write = [&](const std::string& name, const std::string& bytes) { folder.write("all/p1_" + name, bytes); };
  write("truncated.png", small_image(60).substr(0, 300));
  write("zero_byte.bmp", "");
  write("text.png", "path,label\n");
  write("webp.png", std::string("RIFF\x10\0\0\0WEBPVP8 ", 16));
  write("cmyk.jpg", text_of(kFixtures / "cmyk.jpg"));
  write("animated.png", animated_png());
  write_pages(folder.path() / "all/p1_pages.tif");
  write("one_pixel.png", test::encode(test::flat_picture(1, 1, {1, 2, 3}), ".png"));
  write("bomb.png", bomb());
  write("damaged.jpg", jpeg_damaged_inside());
  fs::create_symlink("/nowhere/x.png", folder.path() / "all/p1_broken_link.png");
  ::mkfifo((folder.path() / "all/p1_pipe.png").c_str(), 0600);
  return {{"truncated.png", "is truncated"},
          {"zero_byte.bmp", "is empty (0 bytes)"},
          {"text.png", "is no BMP, PNG, JPEG or TIFF file"},
          {"webp.png", "is a WebP file, which is not read; save it as PNG"},
          {"cmyk.jpg", "is a CMYK JPEG"},
          {"animated.png", "is animated: it has 3 frames"},
          {"pages.tif", "has 2 pages"},
          {"one_pixel.png", "has 1 x 1 pixels; with a side below 8"},
          {"bomb.png", "has 50000 x 50000 pixels, more than dataset.pixel_limit"},
          {"damaged.jpg", "is damaged: "},
          {"broken_link.png", "can't be read: No such file or directory; it is a link to /nowhere/x.png"},
          {"pipe.png", "is no regular file"}};
}

TEST(ImagesInTheWild, ThatCanNotBeUsedAreListedTogether) {
  const TemporaryFolder folder;
  write_patients(folder);
  const std::vector<BadFile> bad = write_bad(folder);
  const std::string text = refusal(options_for(folder.path()));
  for (const BadFile& file : bad) EXPECT_NE(text.find(file.name + " " + file.reason), std::string::npos) << text;
  EXPECT_NE(text.find("12 of 28 images can't be used"), std::string::npos) << text;
}

TEST(ImagesInTheWild, ThatCanNotBeUsedAreCountedAndLeftOutOnRequest) {
  const TemporaryFolder folder;
  write_patients(folder);
  const std::string sound = open(options_for(folder.path())).fingerprint;
  const std::vector<BadFile> bad = write_bad(folder);
  DatasetOptions options = options_for(folder.path());
  options.on_bad_image = "skip";
  const Dataset dataset = open(options);
  EXPECT_EQ(dataset.skipped.size(), bad.size());
  EXPECT_EQ(dataset.fingerprint, sound);
  EXPECT_TRUE(mentions(dataset.warnings, "left out, because they can't be used: 12 images"));
}

TEST(ImagesInTheWild, AreReadWhereTheyOnlyLookUnusual) {
  const TemporaryFolder folder;
  write_patients(folder);
  folder.write("all/p1_16_bits.png", png_of_16_bits());
  folder.write("all/p1_palette.png", text_of(kFixtures / "palette.png"));
  folder.write("all/p1_grey.jpg", text_of(kFixtures / "grey.jpg"));
  folder.write("all/p1_png.jpg", small_image(70));
  folder.write("all/p1_one_frame.png", png_with(png_chunk("acTL", big_endian(1) + big_endian(0)), 71));
  folder.write("all/p1_wide.png", test::encode(test::flat_picture(20'000, 40, {9, 9, 9}), ".png"));
  const Dataset dataset = open(options_for(folder.path()));
  EXPECT_EQ(dataset.samples.size(), 22U);
  EXPECT_TRUE(mentions(dataset.warnings,
                       "another format than the name's ending says (read all the same): 1 image: "
                       "all/p1_png.jpg"));
  ASSERT_FALSE(dataset.odd.empty());
  EXPECT_TRUE(mentions(dataset.warnings, "all/p1_wide.png (20000 x 40)"));
  EXPECT_TRUE(mentions(dataset.warnings, "a side below 32 pixels: 2 images: "));  // 22 x 14: Pillow's fixtures
}

TEST(ImagesInTheWild, OfFormatsThatAreNotReadAreWarnedOf) {
  const TemporaryFolder folder;
  write_patients(folder);
  folder.write("all/p1_moving.gif", "GIF89a...");
  folder.write("hem/p1_moving.WebP", "RIFF....WEBP");
  folder.write("hem/p1_scan.dcm", "DICM");
  EXPECT_TRUE(mentions(open(options_for(folder.path())).warnings,
                       "left out, because their format is not read: 3 images: all/p1_moving.gif, hem/p1_moving.WebP"));

  const TemporaryFolder others;
  others.write("all/p1_0.webp", "RIFF....WEBP");
  const std::string text = refusal(options_for(others.path()));
  EXPECT_NE(text.find("holds no image"), std::string::npos) << text;
  EXPECT_NE(text.find("1 image: all/p1_0.webp; save them as PNG"), std::string::npos) << text;
}

TEST(ImagesInTheWild, WithoutPermissionAreListedWithTheSystemsReason) {
  const TemporaryFolder folder;
  fs::permissions(folder.path(), fs::perms::all);
  const fs::path file = folder.write("secret.png", small_image(1));
  fs::permissions(file, fs::perms::none);
  // Root may read every file, so a child asks that is nobody.
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(2);
    ::_exit(data::check_file(file, 1e6).problem == "can't be read: Permission denied" ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(ImagesInTheWild, WithStrangeNamesAreShownOnOneLine) {
  const TemporaryFolder folder;
  write_patients(folder);
  folder.write("all/p1_\xF0\x9F\x94\xAC.png", small_image(80));
  folder.write("all/p1_two\nlines.png", small_image(81));
  folder.write("all/p1_\x1B[2Jclear.png", "no picture");
  const std::string text = refusal(options_for(folder.path()));
  EXPECT_NE(text.find("p1_\\x1b[2Jclear.png is no BMP"), std::string::npos) << text;
  EXPECT_EQ(std::ranges::count(text, '\n'), 1) << text;  // one image and the sum
  EXPECT_EQ(text.find('\x1B'), std::string::npos);

  DatasetOptions options = options_for(folder.path());
  options.on_bad_image = "skip";
  folder.write("hem/p2_two\nlines.jpg", small_image(82));
  const Dataset dataset = open(options);
  EXPECT_EQ(dataset.samples.size(), 19U);
  EXPECT_EQ(std::ranges::count(dataset.samples, "all/p1_two\nlines.png", &Sample::name), 1);  // itself it stays
  EXPECT_TRUE(mentions(dataset.warnings, "hem/p2_two\\nlines.jpg"));
  EXPECT_TRUE(std::ranges::all_of(dataset.warnings, [](const std::string& w) {
    return w.find('\n') == std::string::npos && w.find('\x1B') == std::string::npos;
  }));
}

TEST(ImagesInTheWild, ThatAreLinksToOtherFoldersAreReadAndWarnedOf) {
  const TemporaryFolder folder;
  const TemporaryFolder outside;
  write_patients(folder);
  const fs::path far = outside.write("far.png", small_image(90));
  fs::create_symlink(far, folder.path() / "all/p1_linked.png");
  fs::create_symlink("p1_0.png", folder.path() / "all/p2_within.png");
  const Dataset dataset = open(options_for(folder.path()));
  EXPECT_EQ(dataset.samples.size(), 18U);
  EXPECT_TRUE(mentions(dataset.warnings, "links to files elsewhere"));
  EXPECT_TRUE(mentions(dataset.warnings, "1 image: all/p1_linked.png -> " + far.string()));
  EXPECT_EQ(std::ranges::count(dataset.groups, "1+2"), 1);  // the same bytes under two patients
}

/// Damaged files of each kind, through the decoders of OpenCV and of our own.
TEST(ImagesInTheWild, LeaveNothingOnTheTerminal) {
  const TemporaryFolder folder;
  write_patients(folder);
  write_bad(folder);
  std::string tiff = small_image(95, ".tif");
  for (std::size_t i = 200; i < 260; ++i) tiff[i] = '\xFF';
  folder.write("all/p1_damaged.tif", tiff);
  folder.write("all/p1_damaged_lzw.tif", [&] {
    std::string lzw = text_of(kFixtures / "lzw.tif");
    for (std::size_t i = 40; i < 80; ++i) lzw[i] = '\xFF';
    return lzw;
  }());
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  refusal(options_for(folder.path()));
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace assay
