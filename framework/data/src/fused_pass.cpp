#include "fused_pass.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "aligned_floats.h"
#include "colour_kernels.h"
#include "row_kernels.h"

namespace assay::data {
namespace {

struct Point {
  double x;
  double y;
};

Point image_of(const Affine& map, const Point& p) {
  return {map.xx * p.x + map.xy * p.y + map.x0, map.yx * p.x + map.yy * p.y + map.y0};
}

Levels levels_of(const Rgb& rgb) { return {double(rgb[0]), double(rgb[1]), double(rgb[2])}; }

// ---- which levels ----

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

// ---- which part of a row ----

/// Output pixels from first to last - 1 of a row.
struct Interval {
  std::int64_t first = 0;
  std::int64_t last = 0;

  bool is_empty() const { return last <= first; }
  std::int64_t count() const { return last - first; }
};

/// A number that changes along a row: at pixel i it is start + i * step.
struct Ramp {
  double start;
  double step;

  double at(std::int64_t i) const { return start + static_cast<double>(i) * step; }
};

/// The pixels of an interval where a ramp holds a claim, which is about being between two bounds. The bounds only say
/// where to look: the claim itself decides at the ends.
template <class Claim>
Interval where(const Interval& within, const Ramp& ramp, double low, double high, const Claim& holds) {
  const Interval nowhere{within.first, within.first};
  if (!std::isfinite(ramp.start) || !std::isfinite(ramp.step)) return nowhere;  // a region without area
  if (within.is_empty() || (holds(ramp.at(within.first)) && holds(ramp.at(within.last - 1)))) return within;
  if (ramp.step == 0) return nowhere;
  const auto pixel_at = [&](double bound) {
    const double i = (bound - ramp.start) / ramp.step;
    return static_cast<std::int64_t>(
        std::clamp(i, static_cast<double>(within.first), static_cast<double>(within.last)));
  };
  const auto [begin, end] = std::minmax({pixel_at(low), pixel_at(high)});
  Interval found{std::max(within.first, begin - 1), std::min(within.last, end + 2)};
  while (!found.is_empty() && !holds(ramp.at(found.first))) ++found.first;
  while (!found.is_empty() && !holds(ramp.at(found.last - 1))) --found.last;
  return found;
}

Interval where_between(const Interval& within, const Ramp& ramp, double low, double high) {
  return where(within, ramp, low, high, [=](double at) { return at >= low && at <= high; });
}

/// The pixels of row y whose centres a map sends into the unit square.
Interval inside_region(const Interval& within, const Affine& to_unit, std::int64_t y) {
  const Point start = image_of(to_unit, {0.5, static_cast<double>(y) + 0.5});
  const auto is_in_unit = [](double at) { return at >= 0 && at < 1; };
  const Interval columns = where(within, {start.x, to_unit.xx}, 0, 1, is_in_unit);
  return where(columns, {start.y, to_unit.yx}, 0, 1, is_in_unit);
}

// ---- one level ----

/// std::floor is a call where the compiler may not use what newer processors have for it.
std::int64_t floor_of(double number) {
  const auto towards_zero = static_cast<std::int64_t>(number);
  return towards_zero - (static_cast<double>(towards_zero) > number ? 1 : 0);
}

double cubic(double x) {
  constexpr double kA = -0.5;
  x = std::abs(x);
  if (x < 1) return ((kA + 2) * x - (kA + 3)) * x * x + 1;
  if (x < 2) return ((kA * x - 5 * kA) * x + 8 * kA) * x - 4 * kA;
  return 0;
}

/// A level of a picture, seen from the output: where output pixels lie in it.
class LevelView {
 public:
  LevelView(const StoredLevel& level, const Affine& to_level, Interpolation interpolation, const Levels& fill)
      : level_(level),
        to_level_(to_level),
        interpolation_(interpolation),
        taps_(interpolation == Interpolation::bicubic ? 4 : 2),
        fill_(fill) {}

  /// Looks up the pixels of row y within an interval.
  void look_up(std::int64_t y, const Interval& within, const PlanarRow& row) const {
    // In the coordinates of the level's pixel centres.
    const Point start = image_of(to_level_, {0.5, static_cast<double>(y) + 0.5});
    const Ramp columns{start.x - 0.5, to_level_.xx};
    const Ramp rows{start.y - 0.5, to_level_.yx};
    const Interval touched = where_touched(within, columns, rows);
    // From left to right, since kernels overwrite what is right of their pixels.
    paint({within.first, touched.first}, row);
    if (is_small()) {
      look_up_one_by_one(touched, columns, rows, row);
    } else {
      look_up_many(touched, columns, rows, row);
    }
    paint({touched.last, within.last}, row);
  }

 private:
  bool is_small() const { return std::min(level_.width, level_.height) < taps_; }

  /// Where at least one pixel of the level counts.
  Interval where_touched(const Interval& within, const Ramp& columns, const Ramp& rows) const {
    const auto reach = static_cast<double>(taps_ / 2);
    const auto limit = [&](std::int64_t length) { return static_cast<double>(length) - 1 + reach; };
    const Interval found = where_between(within, columns, -reach, limit(level_.width));
    const Interval both = where_between(found, rows, -reach, limit(level_.height));
    return both.is_empty() ? Interval{within.first, within.first} : both;
  }

  /// Whether all pixels that count are the level's, by a margin for what kernels round.
  bool is_inside(double x, double y) const {
    constexpr double kMargin = 1.0 / 1024;
    const double low = static_cast<double>(taps_ / 2 - 1) + kMargin;
    const auto fits = [&](double at, std::int64_t length) {
      return at >= low && at <= static_cast<double>(length) - 1 - low;
    };
    return fits(x, level_.width) && fits(y, level_.height);
  }

  void paint(const Interval& interval, const PlanarRow& row) const {
    for (std::size_t c = 0; c < 3; ++c) {
      std::fill(row[c] + interval.first, row[c] + interval.last, static_cast<float>(fill_[c]));
    }
  }

  void look_up_many(const Interval& touched, const Ramp& columns, const Ramp& rows, const PlanarRow& row) const {
    Walk walk;
    walk.level = level_;
    walk.x_step = static_cast<float>(columns.step);
    walk.y_step = static_cast<float>(rows.step);
    walk.ahead = 3 * (level_.width * static_cast<std::int64_t>(std::lround(kRowsAhead * to_level_.yy)) +
                      static_cast<std::int64_t>(std::lround(kRowsAhead * to_level_.xy)));
    for (std::size_t c = 0; c < 3; ++c) walk.fill[c] = static_cast<float>(fill_[c]);
    for (std::int64_t i = touched.first; i < touched.last; i += kWalkLength) {
      walk.count = std::min(kWalkLength, touched.last - i);
      const std::int64_t last = i + walk.count - 1;
      walk.is_inside = is_inside(columns.at(i), rows.at(i)) && is_inside(columns.at(last), rows.at(last));
      walk.left = std::clamp<std::int64_t>(floor_of(columns.at(i)), 0, level_.width - 1);
      walk.top = std::clamp<std::int64_t>(floor_of(rows.at(i)), 0, level_.height - 1);
      walk.x = static_cast<float>(columns.at(i) - static_cast<double>(walk.left));
      walk.y = static_cast<float>(rows.at(i) - static_cast<double>(walk.top));
      const PlanarRow out{row[0] + i, row[1] + i, row[2] + i};
      if (interpolation_ == Interpolation::bicubic) {
        look_up_bicubic(walk, out);
      } else {
        look_up_bilinear(walk, out);
      }
    }
  }

  /// In a level that has fewer pixels than one look-up reads.
  void look_up_one_by_one(const Interval& touched, const Ramp& columns, const Ramp& rows, const PlanarRow& row) const {
    for (std::int64_t i = touched.first; i < touched.last; ++i) {
      const Levels rgb = look_up_at({columns.at(i), rows.at(i)});
      for (std::size_t c = 0; c < 3; ++c) row[c][i] = static_cast<float>(rgb[c]);
    }
  }

  Levels look_up_at(const Point& at) const {
    const std::int64_t left = floor_of(at.x) - taps_ / 2 + 1;
    const std::int64_t top = floor_of(at.y) - taps_ / 2 + 1;
    const Weights across = weights_around(at.x - static_cast<double>(left));
    const Weights down = weights_around(at.y - static_cast<double>(top));
    Levels sum = fill_;
    for (std::int64_t y = std::max<std::int64_t>(0, top); y < std::min(level_.height, top + taps_); ++y) {
      for (std::int64_t x = std::max<std::int64_t>(0, left); x < std::min(level_.width, left + taps_); ++x) {
        const double share = across[static_cast<std::size_t>(x - left)] * down[static_cast<std::size_t>(y - top)];
        const std::uint8_t* rgb = level_.row(y) + 3 * x;
        for (std::size_t c = 0; c < 3; ++c) sum[c] += share * (rgb[c] - fill_[c]);
      }
    }
    return sum;
  }

  using Weights = std::array<double, 4>;

  /// Of the pixels that lie 0, 1, ... to the right of the first, for a place that lies at.
  Weights weights_around(double at) const {
    if (interpolation_ == Interpolation::bilinear) return {1 - at, at, 0, 0};
    return {cubic(at), cubic(at - 1), cubic(at - 2), cubic(at - 3)};
  }

  /// How many output rows before they are needed pixels are asked for. Sources are larger than caches.
  static constexpr std::int64_t kRowsAhead = 6;

  StoredLevel level_;
  Affine to_level_;
  Interpolation interpolation_;
  std::int64_t taps_;  ///< pixels that count along each axis
  Levels fill_;
};

// ---- blur ----

/// Weights of a Gaussian out to four deviations, from -radius() to radius(), with sum 1.
class Gaussian {
 public:
  /// For lines of size pixels that go on with their last ones: all that lies further away counts as one more of these.
  void set(double sigma, std::int64_t size) {
    // So wide that only the line's ends count; a wider one would be no different.
    sigma = std::min(sigma, 1024.0 * static_cast<double>(size));
    const auto reach = static_cast<std::int64_t>(std::ceil(4 * sigma));
    radius_ = std::min(reach, size - 1);
    weights_.assign(static_cast<std::size_t>(2 * radius_ + 1), 0);
    std::vector<double>& sums = sums_;
    sums.assign(weights_.size(), 0);
    double total = 0;
    for (std::int64_t d = -reach; d <= reach; ++d) {
      const double weight = std::exp(-0.5 * static_cast<double>(d * d) / (sigma * sigma));
      sums[static_cast<std::size_t>(std::clamp(d, -radius_, radius_) + radius_)] += weight;
      total += weight;
    }
    std::transform(sums.begin(), sums.end(), weights_.begin(),
                   [total](double sum) { return static_cast<float>(sum / total); });
  }

  std::int64_t radius() const { return radius_; }
  std::span<const float> weights() const { return weights_; }

 private:
  std::int64_t radius_ = 0;
  std::vector<double> sums_;
  std::vector<float> weights_;
};

// ---- the whole ----

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
    for (const Affine& clip : scratch_.clips) shown = inside_region(shown, clip, y);
    if (shown.is_empty()) shown = {0, 0};
    paint({0, shown.first}, fill_, row);
    fine_.look_up(y, shown, row);
    if (blend_.coarse_share > 0) {
      coarse_.look_up(y, shown, spare);
      const auto from = [&](const PlanarRow& begin) {
        return PlanarRow{begin[0] + shown.first, begin[1] + shown.first, begin[2] + shown.first};
      };
      blend(from(row), from(spare), static_cast<float>(blend_.coarse_share), shown.count());
    }
    paint({shown.last, target_.size}, fill_, row);
  }

  static void paint(const Interval& interval, const Levels& colour, const PlanarRow& row) {
    for (std::size_t c = 0; c < 3; ++c) {
      std::fill(row[c] + interval.first, row[c] + interval.last, static_cast<float>(colour[c]));
    }
  }

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
      const Interval hidden = inside_region({0, size}, scratch_.holes[h], y);
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
