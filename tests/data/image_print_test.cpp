// Prints: what they keep of a picture, and what they don't depend on.
#include "image_print.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "data/temporary_folder.h"
#include "data/test_cells.h"
#include "data/test_images.h"
#include "file_check.h"
#include "pixel_decoder.h"
#include "texts.h"

namespace assay::data {
namespace {

std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::int64_t largest_difference(const ImagePrint::Cells& a, const ImagePrint::Cells& b) {
  std::int64_t largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max<std::int64_t>(largest, std::abs(int{a[i]} - int{b[i]}));
  return largest;
}

Picture exchanged(const Picture& picture) {
  Picture out{picture.height, picture.width, std::vector<std::uint8_t>(picture.rgb.size())};
  for (std::int64_t y = 0; y < picture.height; ++y) {
    for (std::int64_t x = 0; x < picture.width; ++x) std::copy_n(picture.row(y) + 3 * x, 3, out.row(x) + 3 * y);
  }
  return out;
}

// Left half 10, right half 200, on a 50 x 37 picture: the border's median is 105, and no cell straddles the middle.
TEST(ImagePrint, HoldsMeanColoursAsDifferencesFromTheBorders) {
  Picture picture = test::flat_picture(50, 37, {10, 10, 10});
  for (std::int64_t y = 0; y < 37; ++y) std::fill_n(picture.row(y) + 3 * 25, 3 * 25, std::uint8_t{200});
  const ImagePrint print = print_of(rows_of(picture));
  EXPECT_EQ(print.filled, 256);
  EXPECT_EQ(print.cells[0], -95 * 32);
  EXPECT_EQ(print.cells[3 * 7], -95 * 32);
  EXPECT_EQ(print.cells[3 * 8 + 2], 95 * 32);
  EXPECT_EQ(print.cells.back(), 95 * 32);
}

// A column of 3 pixels of 150 in a black picture of 40 columns: a cell is 2.5 columns wide, cell 8 covers columns 20 to
// 22.5, cell 7 17.5 to 20.
TEST(ImagePrint, DividesPixelsThatLieAcrossCells) {
  Picture picture = test::flat_picture(40, 40, {0, 0, 0});
  for (std::int64_t y = 0; y < 40; ++y) std::fill_n(picture.row(y) + 3 * 19, 3 * 3, std::uint8_t{150});
  const ImagePrint print = print_of(rows_of(picture));
  EXPECT_EQ(print.cells[3 * 7], 60 * 32);   // column 19 of 2.5
  EXPECT_EQ(print.cells[3 * 8], 120 * 32);  // columns 20 and 21 of 2.5
  EXPECT_EQ(print.filled, 32);
}

TEST(ImagePrint, IsEmptyForOneColourAndALittleNoise) {
  Picture picture = test::flat_picture(200, 100, {90, 20, 120});
  for (std::size_t i = 0; i < picture.rgb.size(); i += 2) ++picture.rgb[i];
  EXPECT_EQ(print_of(rows_of(picture)).filled, 0);
}

TEST(ImagePrint, TurnsWithThePicture) {
  Picture picture = test::noise_picture(75, 53, 4);
  const ImagePrint upright = print_of(rows_of(picture));
  // Exchanging rows and columns is turning left by a quarter and then mirroring upside down: by three, then sideways.
  const ImagePrint turned_print = print_of(rows_of(exchanged(picture)));
  EXPECT_LE(largest_difference(turned(upright.cells, 7), turned_print.cells), 1);
  EXPECT_EQ(turned(turned(upright.cells, 2), 6), upright.cells);
  EXPECT_EQ(turned(turned(upright.cells, 1), 1), upright.cells);
  EXPECT_EQ(turned(turned(upright.cells, 4), 4), upright.cells);
}

TEST(ImagePrint, OfAPlainBmpIsTakenWhereItsPixelsLie) {
  const Picture picture = test::noise_picture(51, 40, 9);
  const std::string file = test::encode(picture, ".bmp");
  const auto rows = plain_bmp_rows(bytes_of(file));
  ASSERT_TRUE(rows.has_value());
  EXPECT_EQ(print_of(*rows).cells, print_of(rows_of(picture)).cells);
  EXPECT_FALSE(plain_bmp_rows(
      bytes_of(text_of(std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/data/fixtures/images/palette.bmp"))));
}

// 650 x 400 is decoded to a quarter, and neither divides by 4.
TEST(ImagePrint, OfAReducedJpegIsNearThatOfAllItsPixels) {
  const test::TemporaryFolder folder;
  Picture wide{650, 403, std::vector<std::uint8_t>(650 * 403 * 3)};
  const Picture field = test::cell_field(3);
  for (std::int64_t y = 0; y < wide.height; ++y) {
    for (std::int64_t x = 0; x < wide.width; ++x)
      std::copy_n(field.row(y * 160 / 403) + 3 * (x * 160 / 650), 3, wide.row(y) + 3 * x);
  }
  const auto file = folder.write("cell.jpg", test::encode(wide, ".jpg"));
  const ImagePrint print = check_file(file, 1e6).print;
  const ImagePrint expected = print_of(rows_of(wide));
  const std::int64_t radius = nomination_radius(print.filled, expected.filled);
  EXPECT_LT(distance(print.cells, expected.cells, radius), radius / 4);
}

}  // namespace
}  // namespace assay::data
