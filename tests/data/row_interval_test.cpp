// Intervals of rows against asking at every pixel.
#include "row_interval.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace assay::data {
namespace {

TEST(RowInterval, BetweenIsWhereEachPixelIsBetween) {
  std::mt19937 random(3);
  std::uniform_real_distribution<double> unit(-1, 1);
  for (int n = 0; n < 3000; ++n) {
    const double steep = std::exp2(20 * unit(random));
    const Ramp ramp{20 * unit(random) * steep, n % 7 == 0 ? 0.0 : unit(random) * steep};
    const double low = 10 * unit(random);
    const double high = low + 10 * std::abs(unit(random));
    const Interval within{n % 5, 3 + n % 40};
    const Interval found = where_between(within, ramp, low, high);
    for (std::int64_t i = within.first; i < within.last; ++i) {
      const bool is_between = ramp.at(i) >= low && ramp.at(i) <= high;
      ASSERT_EQ(i >= found.first && i < found.last, is_between) << "case " << n << ", pixel " << i;
    }
    ASSERT_LE(within.first, found.first);
    ASSERT_LE(found.last, within.last);
  }
}

TEST(RowInterval, InUnitIsWhereEachCentreIs) {
  std::mt19937 random(4);
  std::uniform_real_distribution<double> unit(-1, 1);
  for (int n = 0; n < 3000; ++n) {
    const Affine map{unit(random) / 9, unit(random) / 9, unit(random),
                     unit(random) / 9, unit(random) / 9, unit(random)};
    const Interval found = where_in_unit({0, 30}, map, n % 30);
    for (std::int64_t i = 0; i < 30; ++i) {
      const Point p = image_of(map, {static_cast<double>(i) + 0.5, n % 30 + 0.5});
      // At the very edge rounding decides.
      if (std::min({std::abs(p.x), std::abs(p.y), std::abs(p.x - 1), std::abs(p.y - 1)}) < 1e-12) continue;
      ASSERT_EQ(i >= found.first && i < found.last, p.x >= 0 && p.x < 1 && p.y >= 0 && p.y < 1) << "case " << n;
    }
  }
}

TEST(RowInterval, OfAMapThatIsNotFiniteIsEmpty) {
  const double infinite = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(where_in_unit({0, 9}, Affine{infinite, 0, 0, 0, infinite, 0}, 3).is_empty());
  EXPECT_TRUE(where_in_unit({0, 9}, Affine{0, 0, 0, 0, 0, 0}.inverse(), 3).is_empty());
}

}  // namespace
}  // namespace assay::data
