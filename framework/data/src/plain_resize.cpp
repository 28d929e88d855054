#include "plain_resize.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "pixel_load.h"

namespace assay::data {
namespace {

double triangle(double x) { return std::max(0.0, 1.0 - std::abs(x)); }

double cubic(double x) {
  constexpr double kA = -0.5;
  x = std::abs(x);
  if (x < 1) return ((kA + 2) * x - (kA + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * kA;
  return 0;
}

/// Which source pixels make each output pixel along one axis, and with which weights.
struct Taps {
  struct Window {
    std::int64_t first = 0;
    std::int64_t count = 0;
    std::size_t weights = 0;  ///< place of the first weight
  };
  std::vector<Window> windows;
  std::vector<float> weights;
};

Taps make_taps(double begin, double length, std::int64_t source, std::int64_t size, Interpolation interpolation) {
  const bool is_cubic = interpolation == Interpolation::bicubic;
  const double step = length / static_cast<double>(size);
  const double stretch = std::max(1.0, step);
  const double reach = (is_cubic ? 2.0 : 1.0) * stretch;
  Taps taps;
  std::vector<double> window;
  for (std::int64_t i = 0; i < size; ++i) {
    const double center = begin + (static_cast<double>(i) + 0.5) * step;
    const std::int64_t first = std::max<std::int64_t>(0, static_cast<std::int64_t>(center - reach + 0.5));
    const std::int64_t end = std::min(source, static_cast<std::int64_t>(center + reach + 0.5));
    window.clear();
    double sum = 0;
    for (std::int64_t x = first; x < end; ++x) {
      const double at = (static_cast<double>(x) + 0.5 - center) / stretch;
      window.push_back(is_cubic ? cubic(at) : triangle(at));
      sum += window.back();
    }
    taps.windows.push_back({first, end - first, taps.weights.size()});
    for (const double weight : window) taps.weights.push_back(static_cast<float>(weight / sum));
  }
  return taps;
}

/// One source row to one row of output width. Clamped to what 8 bits can hold, as Pillow's first pass is: overshoot of
/// the cubic filter would else differ by several levels at sharp corners. A pixel is read and written together with the
/// number behind it, so out has room for one more.
void filter_row(const std::uint8_t* row, const Taps& taps, float* out) {
  const cv::v_float32x4 black = cv::v_setzero_f32();
  const cv::v_float32x4 white = cv::v_setall_f32(255.0F);
  for (const Taps::Window& window : taps.windows) {
    const std::uint8_t* pixel = row + 3 * window.first;
    const float* weight = taps.weights.data() + window.weights;
    cv::v_float32x4 sum = black;
    for (std::int64_t t = 0; t < window.count; ++t, pixel += 3) {
      sum = sum + cv::v_setall_f32(weight[t]) * load_pixel(pixel);
    }
    cv::v_store(out, cv::v_max(black, cv::v_min(white, sum)));
    out += 3;
  }
}

void add_weighted(const float* row, float weight, std::int64_t count, float* sum) {
  for (std::int64_t i = 0; i < count; ++i) sum[i] += weight * row[i];
}

}  // namespace

void resize_plain(const StoredPicture& picture, const Target& target, std::span<float> out) {
  const StoredLevel& source = picture.levels.front();
  const Box& box = picture.box;
  const std::int64_t size = target.size;
  // A picture that is stored reduced has its crop reduced with it.
  const double x_scale = static_cast<double>(source.width) / picture.width;
  const double y_scale = static_cast<double>(source.height) / picture.height;
  const Taps columns = make_taps(box.left * x_scale, box.width * x_scale, source.width, size, target.interpolation);
  const Taps rows = make_taps(box.top * y_scale, box.height * y_scale, source.height, size, target.interpolation);
  const std::int64_t stride = size * 3;
  const std::int64_t first = rows.windows.front().first;
  const std::int64_t end = rows.windows.back().first + rows.windows.back().count;
  std::vector<float> narrow(static_cast<std::size_t>((end - first) * stride + 1));
  for (std::int64_t y = first; y < end; ++y) {
    filter_row(source.row(y), columns, narrow.data() + (y - first) * stride);
  }
  std::ranges::fill(out, 0.0F);
  for (std::int64_t y = 0; y < size; ++y) {
    const Taps::Window& window = rows.windows[static_cast<std::size_t>(y)];
    float* sum = out.data() + y * stride;
    for (std::int64_t t = 0; t < window.count; ++t) {
      const float weight = rows.weights[window.weights + static_cast<std::size_t>(t)];
      add_weighted(narrow.data() + (window.first + t - first) * stride, weight, stride, sum);
    }
    for (std::int64_t i = 0; i < stride; ++i) {
      const auto c = static_cast<std::size_t>(i % 3);
      sum[i] = std::clamp(sum[i], 0.0F, 255.0F) * target.scale[c] + target.offset[c];
    }
  }
}

}  // namespace assay::data
