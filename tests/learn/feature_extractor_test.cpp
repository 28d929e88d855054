#include "feature_extractor.h"

#include <ATen/ops/amax.h>
#include <gtest/gtest.h>
#include <torch/nn/modules/linear.h>

#include "tiny_training.h"

namespace assay {
namespace {

enum class Pool : std::uint8_t { mean, max };

/// A head whose options choose how it pools and how wide its hidden layer is.
class ChoosingHead : public Head {
 public:
  ChoosingHead(Pool pool, std::int64_t hidden) : pool_(pool), hidden_(hidden) {}
  void build(std::int64_t channels) override {
    first_ = register_module("first", torch::nn::Linear(channels, hidden_));
    last_ = register_module("last", torch::nn::Linear(hidden_, 1));
  }
  std::int64_t outputs() const override { return 1; }
  torch::Tensor pool(torch::Tensor map) override {
    return pool_ == Pool::max ? at::amax(map, {2, 3}) : Head::pool(map);
  }
  torch::Tensor forward(torch::Tensor pooled) override { return last_->forward(first_->forward(pooled)); }

 private:
  Pool pool_;
  std::int64_t hidden_;
  torch::nn::Linear first_{nullptr};
  torch::nn::Linear last_{nullptr};
};

std::string fingerprint(Pool pool, std::int64_t hidden) {
  Model model = testing::tiny_model(1, "all");
  model.head = std::make_shared<ChoosingHead>(pool, hidden);
  model.head->build(model.backbone->channels());
  return fingerprint_of_pool(model, 64, c10::Device(c10::kCPU));
}

TEST(FingerprintOfPool, TellsHeadsThatPoolInAnotherWayAndNotThoseThatDifferBehindIt) {
  EXPECT_EQ(fingerprint(Pool::mean, 4), fingerprint(Pool::mean, 4));
  EXPECT_EQ(fingerprint(Pool::mean, 4), fingerprint(Pool::mean, 8));
  EXPECT_NE(fingerprint(Pool::mean, 4), fingerprint(Pool::max, 4));
}

}  // namespace
}  // namespace assay
