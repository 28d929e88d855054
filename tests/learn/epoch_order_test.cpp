#include "epoch_order.h"

#include <gtest/gtest.h>

#include "assay/error.h"

namespace assay {
namespace {

class FixedSampler : public Sampler {
 public:
  explicit FixedSampler(std::vector<std::int64_t> order) : order_(std::move(order)) {}
  std::vector<std::int64_t> epoch(const Population&, Random&) const override { return order_; }

 private:
  std::vector<std::int64_t> order_;
};

TrainingSplit split_of_three() {
  Dataset dataset;
  dataset.classes = {"a", "b"};
  for (int i = 0; i < 3; ++i) dataset.samples.emplace_back();
  return TrainingSplit(dataset);
}

std::string refusal(std::vector<std::int64_t> order) {
  try {
    order_of_epoch(std::make_shared<FixedSampler>(std::move(order)), split_of_three(), 1, 4);
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "";
}

TEST(EpochOrder, ASamplerThatShowsNothingOrTooMuchIsNamed) {
  EXPECT_EQ(refusal({0, 2, 2}), "");
  EXPECT_EQ(refusal({}), "sampler 'without a plugin' failed in its stage 'epoch' (epoch 4): it shows no sample");
  EXPECT_EQ(
      refusal({3}),
      "sampler 'without a plugin' failed in its stage 'epoch' (epoch 4): it shows sample 3; there are 3, from 0 on");
  EXPECT_NE(refusal({-1}).find("sample -1"), std::string::npos);
}

TEST(EpochOrder, DrawsCountHowOftenASampleWasShownBefore) {
  const std::vector<std::int64_t> order{2, 0, 2, 2, 0};
  EXPECT_EQ(draws_of(order, 3), (std::vector<std::uint16_t>{0, 0, 1, 2, 1}));
}

TEST(EpochOrder, ViewsCycleOverEpochsAndDraws) {
  EXPECT_EQ(view_of_draw(0, 0, 4), 0);
  EXPECT_EQ(view_of_draw(3, 0, 4), 3);
  EXPECT_EQ(view_of_draw(3, 2, 4), 1);
}

TEST(EpochOrder, AViewIsTheSamePictureWhereverItIsShown) {
  const Request early = training_request(5, /*epoch=*/1, /*draw=*/2, /*views=*/4);
  const Request late = training_request(5, /*epoch=*/7, /*draw=*/0, /*views=*/4);
  EXPECT_EQ(early.epoch, 3U);
  EXPECT_EQ(late.epoch, 3U);
  EXPECT_EQ(early.draw, 0);
  EXPECT_TRUE(early.augmented);
  const Request fresh = training_request(5, /*epoch=*/7, /*draw=*/2, /*views=*/0);
  EXPECT_EQ(fresh.epoch, 7U);
  EXPECT_EQ(fresh.draw, 2);
}

}  // namespace
}  // namespace assay
