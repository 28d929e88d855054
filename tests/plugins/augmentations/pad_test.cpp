// The pad plugin: how far the frame reaches, and what is shown there.
#include <gtest/gtest.h>

#include "assay/error.h"
#include "sampled.h"

namespace assay {
namespace {

using test::augmentation;
using test::in_source;
using test::sampled;

TEST(Pad, WidensTheFrameByAShareOfEachSideAndByPixels) {
  const View view = sampled(*augmentation("pad", "percent = 0.25\npadding = 3"), View(40, 20), 1);
  EXPECT_EQ(view.width(), 40 + 2 * (10 + 3));
  EXPECT_EQ(view.height(), 20 + 2 * (5 + 3));
  EXPECT_EQ(in_source(view, 0, 0).x, -13);
  EXPECT_EQ(in_source(view, 0, 0).y, -8);
}

TEST(Pad, MakesASquareOfTheShorterSideOnly) {
  const View view = sampled(*augmentation("pad", "percent = 0\nsquare = true"), View(40, 20), 1);
  EXPECT_EQ(view.width(), 40);
  EXPECT_EQ(view.height(), 40);
  EXPECT_EQ(in_source(view, 0, 0).x, 0);
  EXPECT_EQ(in_source(view, 0, 0).y, -10);
}

TEST(Pad, ShowsWhatTheSourceHasThereUnlessItIsClipped) {
  View inner(100, 100);
  inner.crop(30, 30, 40, 40);
  EXPECT_TRUE(sampled(*augmentation("pad", ""), inner, 1).clips().empty());
  const View clipped = sampled(*augmentation("pad", "clip = true"), inner, 1);
  ASSERT_EQ(clipped.clips().size(), 1U);
  EXPECT_EQ(clipped.clips()[0].from_unit.x0, 30) << "the frame as it was before";
  EXPECT_EQ(clipped.clips()[0].from_unit.xx, 40);
}

TEST(Pad, LeavesTheFillToThePictureUnlessItIsGiven) {
  EXPECT_FALSE(sampled(*augmentation("pad", ""), View(4, 4), 1).fill().has_value());
  EXPECT_EQ(sampled(*augmentation("pad", "fill = 200"), View(4, 4), 1).fill(), (Levels{200, 200, 200}));
  EXPECT_THROW(augmentation("pad", "fill = 256"), InvalidInput);
}

}  // namespace
}  // namespace assay
