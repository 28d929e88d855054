#include "view_resample.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "pixel_load.h"

namespace assay::data {
namespace {

/// A level of the source with a frame of fill around it, so that no look-up needs a test: one pixel on the left and at
/// the top, two on the right and at the bottom. Four numbers a pixel, the fourth unused, for one load a pixel.
template <class Number>
class Level {
 public:
  Level(std::int64_t width, std::int64_t height, const std::array<Number, 3>& fill)
      : width_(width),
        height_(height),
        stride_((width + 3) * 4),
        numbers_(static_cast<std::size_t>((height + 3) * stride_)) {
    for (const std::int64_t y : {std::int64_t{-1}, height, height + 1}) fill_row(y, -1, width + 2, fill);
    for (std::int64_t y = 0; y < height; ++y) {
      fill_row(y, -1, 0, fill);
      fill_row(y, width, width + 2, fill);
    }
  }

  std::int64_t width() const { return width_; }
  std::int64_t height() const { return height_; }
  /// x from -1 to width + 1, y from -1 to height + 1.
  const Number* pixel(std::int64_t x, std::int64_t y) const {
    return numbers_.data() + (y + 1) * stride_ + (x + 1) * 4;
  }
  Number* pixel(std::int64_t x, std::int64_t y) { return numbers_.data() + (y + 1) * stride_ + (x + 1) * 4; }
  std::int64_t stride() const { return stride_; }

 private:
  void fill_row(std::int64_t y, std::int64_t first, std::int64_t end, const std::array<Number, 3>& fill) {
    for (std::int64_t x = first; x < end; ++x) std::ranges::copy(fill, pixel(x, y));
  }

  std::int64_t width_;
  std::int64_t height_;
  std::int64_t stride_;
  std::vector<Number> numbers_;
};

using SourceLevel = Level<std::uint8_t>;
using AveragedLevel = Level<std::uint16_t>;  ///< in 1/256

SourceLevel make_source_level(const Picture& picture, const Rgb& fill) {
  SourceLevel level(picture.width, picture.height, fill);
  for (std::int64_t y = 0; y < picture.height; ++y) {
    const std::uint8_t* rgb = picture.row(y);
    std::uint8_t* out = level.pixel(0, y);
    for (std::int64_t x = 0; x < picture.width; ++x, rgb += 3, out += 4) {
      out[0] = rgb[0];
      out[1] = rgb[1];
      out[2] = rgb[2];
    }
  }
  return level;
}

/// The sum of four numbers, as the average in 1/256.
std::uint16_t average(unsigned sum, std::uint8_t) { return static_cast<std::uint16_t>(sum * 64); }
std::uint16_t average(unsigned sum, std::uint16_t) { return static_cast<std::uint16_t>((sum + 2) / 4); }

/// Half the size, rounded up: beyond an odd side the frame of fill is averaged in.
template <class Number>
AveragedLevel halve(const Level<Number>& fine, const std::array<std::uint16_t, 3>& fill) {
  AveragedLevel coarse((fine.width() + 1) / 2, (fine.height() + 1) / 2, fill);
  for (std::int64_t y = 0; y < coarse.height(); ++y) {
    const Number* above = fine.pixel(0, 2 * y);
    const Number* below = fine.pixel(0, 2 * y + 1);
    std::uint16_t* out = coarse.pixel(0, y);
    for (std::int64_t x = 0; x < coarse.width(); ++x, above += 8, below += 8, out += 4) {
      for (int c = 0; c < 4; ++c)
        out[c] = average(unsigned{above[c]} + above[c + 4] + below[c] + below[c + 4], Number{});
    }
  }
  return coarse;
}

/// Where an output row begins and how it goes on, in the coordinates of a level's pixel centres.
struct Line {
  double x, y, dx, dy;
};

/// The bilinear value at each point of a line, times a weight, added to four numbers a pixel. Points further out than a
/// pixel see fill only, and so does the nearest point that has the frame below it.
template <class Number>
void add_line(const Level<Number>& level, const Line& line, float weight, std::int64_t count, float* sums) {
  const auto right = static_cast<double>(level.width());
  const auto bottom = static_cast<double>(level.height());
  const std::int64_t stride = level.stride();
  for (std::int64_t i = 0; i < count; ++i, sums += 4) {
    // One pixel further, so that cutting off the fraction rounds down.
    const double x = std::clamp(line.x + static_cast<double>(i) * line.dx, -1.0, right) + 1.0;
    const double y = std::clamp(line.y + static_cast<double>(i) * line.dy, -1.0, bottom) + 1.0;
    const auto column = static_cast<std::int64_t>(x);
    const auto row = static_cast<std::int64_t>(y);
    const cv::v_float32x4 fx = cv::v_setall_f32(static_cast<float>(x - static_cast<double>(column)));
    const cv::v_float32x4 fy = cv::v_setall_f32(static_cast<float>(y - static_cast<double>(row)));
    const Number* corner = level.pixel(column - 1, row - 1);
    const cv::v_float32x4 left_above = load_pixel(corner);
    const cv::v_float32x4 left_below = load_pixel(corner + stride);
    const cv::v_float32x4 above = left_above + fx * (load_pixel(corner + 4) - left_above);
    const cv::v_float32x4 below = left_below + fx * (load_pixel(corner + stride + 4) - left_below);
    const cv::v_float32x4 value = above + fy * (below - above);
    cv::v_store(sums, cv::v_load(sums) + cv::v_setall_f32(weight) * value);
  }
}

/// Levels of one picture that a view needs, and the looking up in them.
class Pyramid {
 public:
  Pyramid(const Picture& picture, const Rgb& fill, int levels) : source_(make_source_level(picture, fill)) {
    std::array<std::uint16_t, 3> averaged_fill{};
    std::ranges::transform(fill, averaged_fill.begin(),
                           [](std::uint8_t v) { return static_cast<std::uint16_t>(v * 256); });
    for (int l = 1; l < levels; ++l) {
      averaged_.push_back(l == 1 ? halve(source_, averaged_fill) : halve(averaged_.back(), averaged_fill));
    }
  }

  /// line: in source coordinates, where pixel (i, j) covers [i, i+1) x [j, j+1).
  void add(int level, const Line& line, float weight, std::int64_t count, float* sums) const {
    const double scale = std::ldexp(1.0, -level);
    const Line scaled{line.x * scale - 0.5, line.y * scale - 0.5, line.dx * scale, line.dy * scale};
    if (level == 0) {
      add_line(source_, scaled, weight, count, sums);
    } else {
      add_line(averaged_[static_cast<std::size_t>(level - 1)], scaled, weight / 256.0F, count, sums);
    }
  }

 private:
  SourceLevel source_;
  std::vector<AveragedLevel> averaged_;
};

/// The two levels that a scale lies between, and how much the coarser one counts.
struct LevelBlend {
  int fine = 0;
  float coarse_share = 0;

  int levels() const { return fine + (coarse_share > 0 ? 2 : 1); }
};

LevelBlend choose_levels(double scale, const Picture& picture) {
  // At the coarsest level the picture is one pixel.
  const double coarsest = std::ceil(std::log2(static_cast<double>(std::max(picture.width, picture.height))));
  const double level = std::clamp(std::log2(std::max(scale, 1.0)), 0.0, coarsest);
  return {static_cast<int>(level), static_cast<float>(level - std::floor(level))};
}

}  // namespace

double largest_scale(const Affine& map) {
  const double squares = map.xx * map.xx + map.xy * map.xy + map.yx * map.yx + map.yy * map.yy;
  const double determinant = map.xx * map.yy - map.xy * map.yx;
  return std::sqrt((squares + std::sqrt(std::max(0.0, squares * squares - 4 * determinant * determinant))) / 2);
}

void resample_view(const Picture& picture, const View& view, const Rgb& fill, std::int64_t size, std::span<float> out) {
  const auto side = static_cast<double>(size);
  const Affine map = view.to_source().after(Affine::scaling(view.width() / side, view.height() / side));
  const LevelBlend blend = choose_levels(largest_scale(map), picture);
  const Pyramid pyramid(picture, fill, blend.levels());
  std::vector<float> sums(static_cast<std::size_t>(size) * 4);
  for (std::int64_t y = 0; y < size; ++y) {
    const double row = static_cast<double>(y) + 0.5;
    const Line line{map.xx * 0.5 + map.xy * row + map.x0, map.yx * 0.5 + map.yy * row + map.y0, map.xx, map.yx};
    std::ranges::fill(sums, 0.0F);
    pyramid.add(blend.fine, line, 1.0F - blend.coarse_share, size, sums.data());
    if (blend.coarse_share > 0) pyramid.add(blend.fine + 1, line, blend.coarse_share, size, sums.data());
    float* pixel = out.data() + y * size * 3;
    for (std::int64_t x = 0; x < size; ++x, pixel += 3) std::memcpy(pixel, sums.data() + 4 * x, 3 * sizeof(float));
  }
}

}  // namespace assay::data
