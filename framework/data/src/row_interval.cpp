#include "row_interval.h"

#include <algorithm>
#include <cmath>

namespace assay::data {
namespace {

/// A claim is about being between two bounds. These only say where to look: the claim itself decides at the ends.
template <class Claim>
Interval where(const Interval& within, const Ramp& ramp, double low, double high, const Claim& holds) {
  const Interval nowhere{within.first, within.first};
  if (!std::isfinite(ramp.start) || !std::isfinite(ramp.step)) return nowhere;
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
  return found.is_empty() ? nowhere : found;
}

}  // namespace

Interval where_between(const Interval& within, const Ramp& ramp, double low, double high) {
  return where(within, ramp, low, high, [=](double at) { return at >= low && at <= high; });
}

Interval where_in_unit(const Interval& within, const Affine& to_unit, std::int64_t y) {
  const Point start = image_of(to_unit, {0.5, static_cast<double>(y) + 0.5});
  const auto is_in_unit = [](double at) { return at >= 0 && at < 1; };
  const Interval columns = where(within, {start.x, to_unit.xx}, 0, 1, is_in_unit);
  return where(columns, {start.y, to_unit.yx}, 0, 1, is_in_unit);
}

}  // namespace assay::data
