// The grey plugin: what it makes of a picture is compared with torchvision's in peers_test.
#include <gtest/gtest.h>

#include "sampled.h"

namespace assay {
namespace {

TEST(Grey, MakesEachChannelThePixelsLuma) {
  const View view = test::sampled(*test::augmentation("grey", ""), View(4, 4, {200, 100, 50}), 1);
  for (const double level : view.mean_colour()) EXPECT_NEAR(level, 124.2, 1e-9);  // 0.299 R + 0.587 G + 0.114 B
}

}  // namespace
}  // namespace assay
