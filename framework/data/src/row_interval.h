// Which pixels of a row something holds for, when it depends on the pixel's place by an affine map: the ends are solved
// for once a row instead of asking at every pixel.
#pragma once

#include <cstdint>

#include "assay/data/view.h"

namespace assay::data {

/// A point in continuous pixel coordinates.
struct Point {
  double x;
  double y;
};

/// Where a map takes a point.
inline Point image_of(const Affine& map, const Point& p) {
  return {map.xx * p.x + map.xy * p.y + map.x0, map.yx * p.x + map.yy * p.y + map.y0};
}

/// Pixels from first to last - 1 of a row.
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

/// The pixels of an interval where low <= ramp <= high; those where nothing is are empty at its first pixel.
Interval where_between(const Interval& within, const Ramp& ramp, double low, double high);

/// The pixels of row y whose centres a map takes into the unit square, [0, 1) x [0, 1). None when the map isn't finite.
Interval where_in_unit(const Interval& within, const Affine& to_unit, std::int64_t y);

}  // namespace assay::data
