// The fused resample against a slow reference that follows the same rule in double precision, one pixel at a time.
#include "fused_pass.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "data/test_images.h"

namespace assay::data {
namespace {

void resample_view(const Picture& picture, const View& view, std::int64_t size, std::span<float> out) {
  LevelledPicture levelled(picture, {});
  levelled.make_levels(levels_needed(levelled.stored(), view, size));
  fused_pass(levelled.stored(), view, {.size = size}, out);
}

/// The endless plane: the picture, and fill around it.
double plane(const Picture& picture, const Rgb& fill, std::int64_t x, std::int64_t y, std::size_t c) {
  const bool inside = x >= 0 && y >= 0 && x < picture.width && y < picture.height;
  return inside ? picture.row(y)[3 * x + static_cast<std::int64_t>(c)] : fill[c];
}

/// Mean of a cell of 2^level pixels on a side.
double cell(const Picture& picture, const Rgb& fill, int level, std::int64_t i, std::int64_t j, std::size_t c) {
  const std::int64_t side = std::int64_t{1} << level;
  double sum = 0;
  for (std::int64_t y = j * side; y < (j + 1) * side; ++y) {
    for (std::int64_t x = i * side; x < (i + 1) * side; ++x) sum += plane(picture, fill, x, y, c);
  }
  return sum / static_cast<double>(side * side);
}

double bilinear(const Picture& picture, const Rgb& fill, int level, double x, double y, std::size_t c) {
  const double u = x / static_cast<double>(1 << level) - 0.5;
  const double v = y / static_cast<double>(1 << level) - 0.5;
  const auto i = static_cast<std::int64_t>(std::floor(u));
  const auto j = static_cast<std::int64_t>(std::floor(v));
  const double fu = u - std::floor(u);
  const double fv = v - std::floor(v);
  const double above = (1 - fu) * cell(picture, fill, level, i, j, c) + fu * cell(picture, fill, level, i + 1, j, c);
  const double below =
      (1 - fu) * cell(picture, fill, level, i, j + 1, c) + fu * cell(picture, fill, level, i + 1, j + 1, c);
  return (1 - fv) * above + fv * below;
}

/// The larger singular value by power iteration on the matrix times its transpose.
double larger_singular_value(double a, double b, double c, double d) {
  double x = 1;
  double y = 0.37;
  double norm = 0;
  for (int i = 0; i < 500; ++i) {
    const double u = a * x + b * y;
    const double v = c * x + d * y;
    x = a * u + c * v;
    y = b * u + d * v;
    norm = std::hypot(x, y);
    if (norm == 0) return 0;
    x /= norm;
    y /= norm;
  }
  return std::sqrt(norm);
}

double largest_difference(const Picture& picture, const View& view, std::int64_t size) {
  const Rgb fill = median_of_border(picture);
  std::vector<float> found(static_cast<std::size_t>(size * size * 3));
  resample_view(picture, view, size, found);
  const Affine& m = view.to_source();
  const double sx = view.width() / static_cast<double>(size);
  const double sy = view.height() / static_cast<double>(size);
  const double scale = larger_singular_value(m.xx * sx, m.xy * sy, m.yx * sx, m.yy * sy);
  const double coarsest = std::ceil(std::log2(static_cast<double>(std::max(picture.width, picture.height))));
  const double level = std::min(coarsest, std::max(0.0, std::log2(scale)));
  const int fine = static_cast<int>(level);
  const double share = level - fine;
  double largest = 0;
  for (std::int64_t y = 0; y < size; ++y) {
    for (std::int64_t x = 0; x < size; ++x) {
      const double u = (static_cast<double>(x) + 0.5) * sx;
      const double v = (static_cast<double>(y) + 0.5) * sy;
      const double px = m.xx * u + m.xy * v + m.x0;
      const double py = m.yx * u + m.yy * v + m.y0;
      for (std::size_t c = 0; c < 3; ++c) {
        const double expected = (1 - share) * bilinear(picture, fill, fine, px, py, c) +
                                share * bilinear(picture, fill, fine + 1, px, py, c);
        const double value = static_cast<double>(found[static_cast<std::size_t>((y * size + x) * 3) + c]);
        largest = std::max(largest, std::abs(value - expected));
      }
    }
  }
  return largest;
}

TEST(FusedPass, AgreesWithTheReferenceForRandomViewsOfOddPictures) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> unit(0, 1);
  for (const auto& [width, height] : {std::pair{1, 1}, {1, 8}, {5, 3}, {33, 47}, {64, 31}, {90, 121}}) {
    const Picture picture = test::noise_picture(width, height, 11);
    for (int i = 0; i < 12; ++i) {
      View view(width, height);
      view.rotate(360 * unit(random));
      view.crop((unit(random) - 0.5) * width, (unit(random) - 0.5) * height, (0.1 + 1.5 * unit(random)) * width,
                (0.1 + 1.5 * unit(random)) * height);
      if (unit(random) < 0.5) view.transpose();
      view.rotate(90 * unit(random));
      EXPECT_LT(largest_difference(picture, view, 13), 0.6) << width << " x " << height << ", view " << i;
    }
  }
}

TEST(FusedPass, OfTheWholePictureAtItsOwnSizeIsThePicture) {
  const Picture picture = test::noise_picture(24, 24, 3);
  std::vector<float> out(picture.rgb.size());
  resample_view(picture, View(24, 24), 24, out);
  for (std::size_t i = 0; i < out.size(); ++i) ASSERT_NEAR(out[i], picture.rgb[i], 1e-3);
}

TEST(FusedPass, AtHalfSizeIsTheMeanOfFourPixels) {
  const Picture picture = test::noise_picture(24, 24, 3);
  std::vector<float> out(12 * 12 * 3);
  resample_view(picture, View(24, 24), 12, out);
  const auto at = [&](std::int64_t x, std::int64_t y) { return double{1} * picture.row(y)[3 * x]; };
  EXPECT_NEAR(out[0], (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) / 4, 0.5);
  EXPECT_NEAR(out[3 * (12 * 5 + 7)], (at(14, 10) + at(15, 10) + at(14, 11) + at(15, 11)) / 4, 0.5);
}

TEST(FusedPass, FarOutsideThePictureShowsTheFill) {
  const Picture picture = test::noise_picture(10, 10, 3);
  View view(10, 10);
  view.crop(1e6, -1e7, 10, 10);
  std::vector<float> out(4 * 4 * 3);
  resample_view(picture, view, 4, out);
  for (std::size_t i = 0; i < out.size(); ++i) ASSERT_EQ(out[i], median_of_border(picture)[i % 3]);
}

TEST(FusedPass, OfAnEnormousFrameIsFillAndDoesNotTakeLong) {
  const Picture picture = test::noise_picture(10, 10, 3);
  View view(10, 10);
  view.crop(-1e12, -1e12, 3e12, 3e12);
  EXPECT_LT(largest_difference(picture, view, 5), 60);  // the picture's own pixel blends into one of 25
}

TEST(LargestScale, IsTheLargerSingularValue) {
  EXPECT_DOUBLE_EQ(largest_scale({3, 0, 9, 0, 2, 9}), 3);
  EXPECT_DOUBLE_EQ(largest_scale({0, 0, 0, 0, 0, 0}), 0);
  // numpy.linalg.svd([[1, 2], [3, 4]])[1][0]
  EXPECT_NEAR(largest_scale({1, 2, 0, 3, 4, 0}), 5.464985704219043, 1e-12);
  EXPECT_NEAR(largest_scale(Affine::rotation(33)), 1, 1e-7);
}

}  // namespace
}  // namespace assay::data
