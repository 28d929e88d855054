#include "picture_progress.h"

#include <gtest/gtest.h>

namespace assay {
namespace {

using std::chrono::seconds;

TEST(PictureProgress, TellsCountRateAndTimeLeft) {
  EXPECT_EQ(picture_progress_text("predicted", 3'200, 10'000, seconds(50)),
            "predicted 3,200 of 10,000 images, 64 images/s, 1:46 left");
  EXPECT_EQ(picture_progress_text("evaluated", 32, 42, seconds(8)),
            "evaluated 32 of 42 images, 4.0 images/s, 3 s left");
}

TEST(PictureProgress, OfNothingDoneTellsTheCountAlone) {
  EXPECT_EQ(picture_progress_text("predicted", 0, 10, seconds(0)), "predicted 0 of 10 images");
}

}  // namespace
}  // namespace assay
