#include "fused_pass.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "aligned_floats.h"
#include "colour_kernels.h"
#include "gaussian.h"
#include "level_view.h"
#include "row_interval.h"
#include "row_kernels.h"

namespace assay::data {
namespace {

Levels levels_of(const Rgb& rgb) { return {double(rgb[0]), double(rgb[1]), double(rgb[2])}; }

/// The two levels that a scale lies between, and how much the coarser one counts.
struct LevelBlend {
  std::int64_t fine = 0;
  double coarse_share = 0;
};

/// Source to pixels of level 0, which may be stored smaller.
Affine to_first_level(const StoredPicture& picture) {
  const StoredLevel& first = picture.levels.front();
  return Affine::scaling(static_cast<double>(first.width) / picture.width,
                         static_cast<double>(first.height) / picture.height);
}

/// Output pixels to source pixels.
Affine output_to_source(const View& view, std::int64_t size) {
  const auto side = static_cast<double>(size);
  return view.to_source().after(Affine::scaling(view.width() / side, view.height() / side));
}

LevelBlend choose_levels(const StoredPicture& picture, const View& view, std::int64_t size) {
  const StoredLevel& first = picture.levels.front();
  const double scale = largest_scale(to_first_level(picture).after(output_to_source(view, size)));
  const double coarsest = std::ceil(std::log2(static_cast<double>(std::max(first.width, first.height))));
  const double level = std::clamp(std::log2(std::max(scale, 1.0)), 0.0, coarsest);
  LevelBlend blend{static_cast<std::int64_t>(level), level - std::floor(level)};
  // A quarter of a level of 255 at most, and a turned picture of its own size needs one level in spite of rounding.
  if (blend.coarse_share < 1.0 / 1024) blend.coarse_share = 0;
  return blend;
}

/// What a thread keeps from one picture to the next.
struct Scratch {
  AlignedFloats rows;  ///< of the output, in planes: two rows without blur, otherwise all, and two more
  AlignedFloats line;  ///< a row with what blur needs beyond its ends
  std::vector<const float*> taps;
  Gaussian gaussian;
  std::vector<Affine> clips;  ///< output pixels to the unit square
  std::vector<Affine> holes;
};

Scratch& scratch_of_thread() {
  thread_local Scratch scratch;
  return scratch;
}

/// One picture on its way through the pass.
class Rendering {
 public:
  Rendering(const StoredPicture& picture, const View& view, const Target& target, Scratch& scratch)
      : picture_(picture),
        view_(view),
        target_(target),
        scratch_(scratch),
        map_(output_to_source(view, target.size)),
        fill_(view.fill().value_or(levels_of(picture.border_median))),
        blend_(choose_levels(picture, view, target.size)),
        fine_(level_view(blend_.fine)),
        coarse_(blend_.coarse_share > 0 ? level_view(blend_.fine + 1) : fine_),
        pitch_((target.size + 2 * kRowSlack - 1) / kRowSlack * kRowSlack) {
    map_regions(view.clips(), scratch_.clips);
    map_regions(view.holes(), scratch_.holes);
  }

  template <class Number>
  void write(std::span<Number> out) {
    if (view_.blur_sigma() > 0) {
      write_blurred(out);
      return;
    }
    rows_ = scratch_.rows.reserve(6 * pitch_);
    const PlanarRow row = row_at(0);
    const PlanarRow spare = row_at(1);
    for (std::int64_t y = 0; y < target_.size; ++y) {
      look_up(y, row, spare);
      finish(y, row, out);
    }
  }

 private:
  void map_regions(std::span<const Region> regions, std::vector<Affine>& to_unit) const {
    to_unit.clear();
    for (const Region& region : regions) to_unit.push_back(region.from_unit.inverse().after(map_));
  }

  PlanarRow row_at(std::int64_t row) const {
    float* first = rows_ + 3 * row * pitch_;
    return {first, first + pitch_, first + 2 * pitch_};
  }

  LevelView level_view(std::int64_t level) const {
    const double reduction = std::ldexp(1.0, static_cast<int>(-level));
    const Affine to_level = Affine::scaling(reduction, reduction).after(to_first_level(picture_)).after(map_);
    return {picture_.levels[static_cast<std::size_t>(level)], to_level, target_.interpolation, fill_};
  }

  void look_up(std::int64_t y, const PlanarRow& row, const PlanarRow& spare) const {
    Interval shown{0, target_.size};
    for (const Affine& clip : scratch_.clips) shown = where_in_unit(shown, clip, y);
    paint({0, shown.first}, fill_, row);
    fine_.look_up(y, shown, row);
    if (blend_.coarse_share > 0) {
      coarse_.look_up(y, shown, spare);
      blend(from(shown.first, row), from(shown.first, spare), static_cast<float>(blend_.coarse_share), shown.count());
    }
    paint({shown.last, target_.size}, fill_, row);
  }

  static PlanarRow from(std::int64_t i, const PlanarRow& row) { return {row[0] + i, row[1] + i, row[2] + i}; }

  /// What comes after look-up and blur.
  template <class Number>
  void finish(std::int64_t y, const PlanarRow& row, std::span<Number> out) const {
    const std::int64_t size = target_.size;
    for (const ColourStage& stage : view_.stages()) recolour(stage, row, size);
    if (view_.noise_deviation() > 0) {
      add_noise(view_.noise_seed(), static_cast<float>(view_.noise_deviation()), static_cast<std::uint32_t>(y * size),
                row, size);
    }
    for (std::size_t h = 0; h < scratch_.holes.size(); ++h) {
      const Interval hidden = where_in_unit({0, size}, scratch_.holes[h], y);
      if (!hidden.is_empty()) paint(hidden, view_.holes()[h].colour.value_or(fill_), row);
    }
    write_row(row, {target_.scale, target_.offset}, size, out.data() + 3 * y * size);
  }

  template <class Number>
  void write_blurred(std::span<Number> out) {
    const std::int64_t size = target_.size;
    rows_ = scratch_.rows.reserve(3 * (size + 2) * pitch_);
    scratch_.gaussian.set(view_.blur_sigma(), size);
    const PlanarRow spare = row_at(size);
    for (std::int64_t y = 0; y < size; ++y) {
      look_up(y, row_at(y), spare);
      for (float* channel : row_at(y)) blur_along(channel);
    }
    const PlanarRow row = row_at(size + 1);
    for (std::int64_t y = 0; y < size; ++y) {
      for (std::size_t c = 0; c < 3; ++c) blur_across(y, c, row[c]);
      finish(y, row, out);
    }
  }

  void blur_along(float* channel) const {
    const std::int64_t size = target_.size;
    const std::int64_t radius = scratch_.gaussian.radius();
    float* line = scratch_.line.reserve(size + 2 * radius + kRowSlack);
    std::fill_n(line, radius, channel[0]);
    std::copy_n(channel, size, line + radius);
    std::fill_n(line + radius + size, radius, channel[size - 1]);
    scratch_.taps.clear();
    for (std::int64_t d = 0; d <= 2 * radius; ++d) scratch_.taps.push_back(line + d);
    weighted_sum(scratch_.taps, scratch_.gaussian.weights(), size, channel);
  }

  void blur_across(std::int64_t y, std::size_t c, float* out) const {
    const std::int64_t radius = scratch_.gaussian.radius();
    scratch_.taps.clear();
    for (std::int64_t d = -radius; d <= radius; ++d) {
      scratch_.taps.push_back(row_at(std::clamp<std::int64_t>(y + d, 0, target_.size - 1))[c]);
    }
    weighted_sum(scratch_.taps, scratch_.gaussian.weights(), target_.size, out);
  }

  const StoredPicture& picture_;
  const View& view_;
  const Target& target_;
  Scratch& scratch_;
  Affine map_;
  Levels fill_;
  LevelBlend blend_;
  LevelView fine_;
  LevelView coarse_;
  std::int64_t pitch_;     ///< numbers from one plane's row to the next
  float* rows_ = nullptr;  ///< Scratch::rows
};

}  // namespace

double largest_scale(const Affine& map) {
  const double squares = map.xx * map.xx + map.xy * map.xy + map.yx * map.yx + map.yy * map.yy;
  const double determinant = map.xx * map.yy - map.xy * map.yx;
  return std::sqrt((squares + std::sqrt(std::max(0.0, squares * squares - 4 * determinant * determinant))) / 2);
}

std::int64_t levels_needed(const StoredPicture& picture, const View& view, std::int64_t size) {
  const LevelBlend blend = choose_levels(picture, view, size);
  return blend.fine + (blend.coarse_share > 0 ? 2 : 1);
}

void fused_pass(const StoredPicture& picture, const View& view, const Target& target, std::span<float> out) {
  Rendering(picture, view, target, scratch_of_thread()).write(out);
}

void fused_pass(const StoredPicture& picture, const View& view, const Target& target, std::span<std::uint16_t> out) {
  Rendering(picture, view, target, scratch_of_thread()).write(out);
}

}  // namespace assay::data
