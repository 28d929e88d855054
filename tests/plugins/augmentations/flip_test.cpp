// The flip plugin: each option alone, and all eight symmetries of the square together.
#include <gtest/gtest.h>

#include <array>
#include <map>

#include "assay/data/augmentation.h"
#include "plugins/built_plugins.h"

namespace assay {
namespace {

/// Where the frame's corner at the origin and its x axis lie in the source.
using Pose = std::array<double, 6>;

Pose pose_of(const View& view) {
  const Affine& m = view.to_source();
  return {m.xx, m.xy, m.x0, m.yx, m.yy, m.y0};
}

View sampled(const Augmentation& flip, std::uint32_t sample) {
  View view(40, 30);
  Random random(StreamName{1, 0, sample, 0, 0});
  flip.sample(view, random);
  return view;
}

Pose always(double horizontal, double vertical, double transpose) {
  const auto flip = test::make_plugin<Augmentation>(
      "flip", {{"horizontal", horizontal}, {"vertical", vertical}, {"transpose", transpose}});
  return pose_of(sampled(*flip, 1));
}

TEST(Flip, DoesWhatIsCertain) {
  EXPECT_EQ(always(0, 0, 0), (Pose{1, 0, 0, 0, 1, 0}));
  EXPECT_EQ(always(1, 0, 0), (Pose{-1, 0, 40, 0, 1, 0}));
  EXPECT_EQ(always(0, 1, 0), (Pose{1, 0, 0, 0, -1, 30}));
  EXPECT_EQ(always(0, 0, 1), (Pose{0, 1, 0, 1, 0, 0}));
  EXPECT_EQ(always(1, 1, 0), (Pose{-1, 0, 40, 0, -1, 30}));
}

TEST(Flip, MakesTheEightSymmetriesOfTheSquareEquallyOftenByDefault) {
  const auto flip = test::make_plugin<Augmentation>("flip", {});
  std::map<Pose, int> counts;
  for (std::uint32_t i = 0; i < 8000; ++i) ++counts[pose_of(sampled(*flip, i))];
  ASSERT_EQ(counts.size(), 8U);
  // Binomial: mean 1000, standard deviation 29.6; five of those either way.
  for (const auto& [pose, count] : counts) EXPECT_NEAR(count, 1000, 150);
}

TEST(Flip, RefusesProbabilitiesAboveOne) {
  EXPECT_THROW(test::make_plugin<Augmentation>("flip", {{"vertical", 1.5}}), InvalidInput);
}

}  // namespace
}  // namespace assay
