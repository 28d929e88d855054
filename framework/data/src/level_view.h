// One level of a picture as the output sees it: which of its pixels each output pixel is looked up between.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "assay/data/input.h"
#include "assay/data/view.h"
#include "row_interval.h"
#include "row_kernels.h"
#include "stored_picture.h"

namespace assay::data {

/// Looks rows of the output up in a level; what the level doesn't have is fill. Any thread.
class LevelView {
 public:
  /// to_level: from output pixels to the level's.
  LevelView(const StoredLevel& level, const Affine& to_level, Interpolation interpolation, const Levels& fill);

  /// Looks up the pixels of row y of the output that lie within an interval. Those right of it are overwritten.
  void look_up(std::int64_t y, const Interval& within, const PlanarRow& row) const;

 private:
  using Weights = std::array<double, 4>;

  /// Fewer pixels than one look-up of the kernels reads.
  bool is_small() const { return std::min(level_.width, level_.height) < taps_; }
  Interval where_touched(const Interval& within, const Ramp& columns, const Ramp& rows) const;
  void look_up_many(const Interval& touched, const Ramp& columns, const Ramp& rows, const PlanarRow& row) const;
  void look_up_one_by_one(const Interval& touched, const Ramp& columns, const Ramp& rows, const PlanarRow& row) const;
  Walk walk_from(std::int64_t i, std::int64_t last, const Ramp& columns, const Ramp& rows) const;
  bool is_inside(double x, double y) const;
  Levels colour_at(const Point& at) const;
  Weights weights_around(double at) const;

  StoredLevel level_;
  Affine to_level_;
  Interpolation interpolation_;
  std::int64_t taps_;   ///< pixels that count along each axis
  std::int64_t ahead_;  ///< as Walk::ahead
  Levels fill_;
};

/// Fills an interval of a row with one colour.
void paint(const Interval& interval, const Levels& colour, const PlanarRow& row);

}  // namespace assay::data
