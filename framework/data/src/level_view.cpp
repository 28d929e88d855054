#include "level_view.h"

#include <algorithm>
#include <cmath>

#include "keys_cubic.h"

namespace assay::data {
namespace {

/// std::floor is a call where the compiler may not use what newer processors have for it.
std::int64_t floor_of(double number) {
  const auto towards_zero = static_cast<std::int64_t>(number);
  return towards_zero - (static_cast<double>(towards_zero) > number ? 1 : 0);
}

/// Pixels are asked for some output rows before they are needed: a stored picture is larger than the caches near a
/// core, and often comes from memory.
std::int64_t bytes_ahead(const StoredLevel& level, const Affine& to_level) {
  constexpr double kRows = 6;
  const auto columns = static_cast<std::int64_t>(std::lround(kRows * to_level.xy));
  const auto rows = static_cast<std::int64_t>(std::lround(kRows * to_level.yy));
  return 3 * (level.width * rows + columns);
}

}  // namespace

LevelView::LevelView(const StoredLevel& level, const Affine& to_level, Interpolation interpolation, const Levels& fill)
    : level_(level),
      to_level_(to_level),
      interpolation_(interpolation),
      taps_(interpolation == Interpolation::bicubic ? 4 : 2),
      ahead_(0),
      fill_(fill) {
  if (!is_small()) ahead_ = bytes_ahead(level, to_level);
}

void LevelView::look_up(std::int64_t y, const Interval& within, const PlanarRow& row) const {
  // In the coordinates of the level's pixel centres.
  const Point start = image_of(to_level_, {0.5, static_cast<double>(y) + 0.5});
  const Ramp columns{start.x - 0.5, to_level_.xx};
  const Ramp rows{start.y - 0.5, to_level_.yx};
  const Interval touched = where_touched(within, columns, rows);
  // From left to right, since kernels overwrite what is right of their pixels.
  paint({within.first, touched.first}, fill_, row);
  if (is_small()) {
    look_up_one_by_one(touched, columns, rows, row);
  } else {
    look_up_many(touched, columns, rows, row);
  }
  paint({touched.last, within.last}, fill_, row);
}

/// Where at least one pixel of the level counts.
Interval LevelView::where_touched(const Interval& within, const Ramp& columns, const Ramp& rows) const {
  const auto reach = static_cast<double>(taps_ / 2);
  const auto limit = [&](std::int64_t length) { return static_cast<double>(length) - 1 + reach; };
  const Interval found = where_between(within, columns, -reach, limit(level_.width));
  return where_between(found, rows, -reach, limit(level_.height));
}

void LevelView::look_up_many(const Interval& touched, const Ramp& columns, const Ramp& rows,
                             const PlanarRow& row) const {
  for (std::int64_t i = touched.first; i < touched.last; i += kWalkLength) {
    const Walk walk = walk_from(i, std::min(i + kWalkLength, touched.last), columns, rows);
    const PlanarRow out{row[0] + i, row[1] + i, row[2] + i};
    if (interpolation_ == Interpolation::bicubic) {
      look_up_bicubic(walk, out);
    } else {
      look_up_bilinear(walk, out);
    }
  }
}

Walk LevelView::walk_from(std::int64_t i, std::int64_t last, const Ramp& columns, const Ramp& rows) const {
  const Point begin{columns.at(i), rows.at(i)};
  Walk walk;
  walk.level = level_;
  walk.left = std::clamp<std::int64_t>(floor_of(begin.x), 0, level_.width - 1);
  walk.top = std::clamp<std::int64_t>(floor_of(begin.y), 0, level_.height - 1);
  walk.x = static_cast<float>(begin.x - static_cast<double>(walk.left));
  walk.y = static_cast<float>(begin.y - static_cast<double>(walk.top));
  walk.x_step = static_cast<float>(columns.step);
  walk.y_step = static_cast<float>(rows.step);
  walk.count = last - i;
  walk.ahead = ahead_;
  walk.is_inside = is_inside(begin.x, begin.y) && is_inside(columns.at(last - 1), rows.at(last - 1));
  for (std::size_t c = 0; c < 3; ++c) walk.fill[c] = static_cast<float>(fill_[c]);
  return walk;
}

/// Whether all pixels that count are the level's, by a margin for what kernels round.
bool LevelView::is_inside(double x, double y) const {
  constexpr double kMargin = 1.0 / 1024;
  const double low = static_cast<double>(taps_ / 2 - 1) + kMargin;
  const auto fits = [&](double at, std::int64_t length) {
    return at >= low && at <= static_cast<double>(length) - 1 - low;
  };
  return fits(x, level_.width) && fits(y, level_.height);
}

void LevelView::look_up_one_by_one(const Interval& touched, const Ramp& columns, const Ramp& rows,
                                   const PlanarRow& row) const {
  for (std::int64_t i = touched.first; i < touched.last; ++i) {
    const Levels rgb = colour_at({columns.at(i), rows.at(i)});
    for (std::size_t c = 0; c < 3; ++c) row[c][i] = static_cast<float>(rgb[c]);
  }
}

Levels LevelView::colour_at(const Point& at) const {
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

/// Of the pixels that lie 0, 1, ... to the right of the first, for a place that lies at.
LevelView::Weights LevelView::weights_around(double at) const {
  if (interpolation_ == Interpolation::bilinear) return {1 - at, at, 0, 0};
  return {keys_cubic(at), keys_cubic(at - 1), keys_cubic(at - 2), keys_cubic(at - 3)};
}

void paint(const Interval& interval, const Levels& colour, const PlanarRow& row) {
  for (std::size_t c = 0; c < 3; ++c) {
    std::fill(row[c] + interval.first, row[c] + interval.last, static_cast<float>(colour[c]));
  }
}

}  // namespace assay::data
