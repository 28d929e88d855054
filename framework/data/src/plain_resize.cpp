#include "plain_resize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "aligned_floats.h"
#include "keys_cubic.h"
#include "resize_kernels.h"

namespace assay::data {
namespace {

double triangle(double x) { return std::max(0.0, 1.0 - std::abs(x)); }

/// For each output pixel along one axis the source pixels that make it.
struct Taps {
  std::vector<Window> windows;
  std::vector<float> weights;

  std::int64_t first() const { return windows.front().first; }
  std::int64_t last() const { return windows.back().first + windows.back().count; }
  std::int64_t longest() const {
    return std::ranges::max(windows, {}, [](const Window& window) { return window.count; }).count;
  }
};

/// One axis of the crop, in pixels of the stored picture.
struct Side {
  double begin;
  double length;
  std::int64_t source;  ///< pixels that there are
};

void find_taps(const Side& side, const Target& target, std::vector<double>& window, Taps& taps) {
  const bool is_cubic = target.interpolation == Interpolation::bicubic;
  const double step = side.length / static_cast<double>(target.size);
  const double stretch = std::max(1.0, step);
  const double reach = (is_cubic ? 2.0 : 1.0) * stretch;
  taps.windows.clear();
  taps.weights.clear();
  for (std::int64_t i = 0; i < target.size; ++i) {
    const double center = side.begin + (static_cast<double>(i) + 0.5) * step;
    const std::int64_t first = std::max<std::int64_t>(0, static_cast<std::int64_t>(center - reach + 0.5));
    const std::int64_t end = std::min(side.source, static_cast<std::int64_t>(center + reach + 0.5));
    window.clear();
    double sum = 0;
    for (std::int64_t x = first; x < end; ++x) {
      const double at = (static_cast<double>(x) + 0.5 - center) / stretch;
      window.push_back(is_cubic ? keys_cubic(at) : triangle(at));
      sum += window.back();
    }
    taps.windows.push_back({first, end - first, static_cast<std::int64_t>(taps.weights.size())});
    for (const double weight : window) taps.weights.push_back(static_cast<float>(weight / sum));
  }
}

/// What a thread keeps from one picture to the next.
struct Scratch {
  std::vector<double> window;
  Taps columns;
  Taps rows;
  AlignedFloats pixels;
  AlignedFloats narrow;
  AlignedFloats sum;
  std::vector<const float*> row_places;
};

Scratch& scratch_of_thread() {
  thread_local Scratch scratch;
  return scratch;
}

/// Source rows brought to the output's width, made as they are needed and kept as long as they are.
///
/// They are clamped to what 8 bits can hold, as Pillow's first pass is: overshoot of the cubic filter would else differ
/// by several levels at sharp corners.
class NarrowRows {
 public:
  NarrowRows(const StoredLevel& source, std::int64_t size, Scratch& scratch)
      : source_(source),
        columns_(scratch.columns),
        first_(scratch.rows.first()),
        last_(scratch.rows.last()),
        made_(first_),
        kept_(scratch.rows.longest() + kRowsTogether),
        pitch_((3 * size + 2 * kRowSlack) / kRowSlack * kRowSlack),
        pixels_(scratch.pixels.reserve((columns_.last() - columns_.first()) * kNumbersAPixel)),
        numbers_(scratch.narrow.reserve(kept_ * pitch_)) {}

  /// Rows are asked for in order, as many at once as the longest window has.
  const float* at(std::int64_t y) {
    while (made_ <= y) make_more();
    return place_of(y);
  }

 private:
  float* place_of(std::int64_t y) const { return numbers_ + (y - first_) % kept_ * pitch_; }

  void make_more() {
    RowsTogether source;
    source.ahead = kRowsTogether * 3 * source_.width;
    std::array<float*, kRowsTogether> out{};
    for (std::int64_t r = 0; r < kRowsTogether; ++r) {
      // Behind the last row it is made again, into rows that nobody asks for.
      source.rows[static_cast<std::size_t>(r)] = source_.row(std::min(made_ + r, last_ - 1));
      out[static_cast<std::size_t>(r)] = place_of(made_ + r);
    }
    filter_rows(source, columns_.first(), columns_.last(), columns_.windows, columns_.weights, pixels_, out);
    made_ += kRowsTogether;
  }

  const StoredLevel& source_;
  const Taps& columns_;
  std::int64_t first_;
  std::int64_t last_;
  std::int64_t made_;  ///< rows before this one have been made
  std::int64_t kept_;
  std::int64_t pitch_;
  float* pixels_;
  float* numbers_;
};

template <class Number>
void resize(const StoredPicture& picture, const Target& target, std::span<Number> out) {
  Scratch& scratch = scratch_of_thread();
  const StoredLevel& source = picture.levels.front();
  const Box& box = picture.box;
  const std::int64_t size = target.size;
  // A picture that is stored reduced has its crop reduced with it.
  const double x_scale = static_cast<double>(source.width) / picture.width;
  const double y_scale = static_cast<double>(source.height) / picture.height;
  find_taps({box.left * x_scale, box.width * x_scale, source.width}, target, scratch.window, scratch.columns);
  find_taps({box.top * y_scale, box.height * y_scale, source.height}, target, scratch.window, scratch.rows);
  NarrowRows narrow(source, size, scratch);
  float* sum = scratch.sum.reserve(3 * size + kRowSlack);
  for (std::int64_t y = 0; y < size; ++y) {
    const Window& window = scratch.rows.windows[static_cast<std::size_t>(y)];
    scratch.row_places.clear();
    for (std::int64_t t = 0; t < window.count; ++t) scratch.row_places.push_back(narrow.at(window.first + t));
    const float* weights = scratch.rows.weights.data() + window.weights;
    weighted_sum(scratch.row_places, {weights, static_cast<std::size_t>(window.count)}, 3 * size, sum);
    write_interleaved(sum, {target.scale, target.offset}, size, out.data() + 3 * y * size);
  }
}

}  // namespace

void resize_plain(const StoredPicture& picture, const Target& target, std::span<float> out) {
  resize(picture, target, out);
}

void resize_plain(const StoredPicture& picture, const Target& target, std::span<std::uint16_t> out) {
  resize(picture, target, out);
}

}  // namespace assay::data
