// A head whose answer is wrong in the way its option says.
#include <ATen/ops/full_like.h>
#include <torch/nn/modules/linear.h>

#include <cmath>

#include "assay/learn/head.h"
#include "assay/plugin.h"

namespace {

struct FaultyHeadOptions {
  std::string fault = "none";
};

void describe(assay::Fields<FaultyHeadOptions>& f) {
  f.text("fault", &FaultyHeadOptions::fault)
      .words({"none", "unpooled", "other outputs", "nan", "throws", "no probabilities", "detached", "by count"})
      .help("what is wrong");
}

class FaultyHead : public assay::Head {
 public:
  explicit FaultyHead(const FaultyHeadOptions& options) : fault_(options.fault) {}

  void build(std::int64_t channels) override { layer_ = register_module("layer", torch::nn::Linear(channels, 1)); }
  std::int64_t outputs() const override { return fault_ == "other outputs" ? 2 : 1; }

  torch::Tensor pool(torch::Tensor map) override { return fault_ == "unpooled" ? map : Head::pool(std::move(map)); }

  torch::Tensor forward(torch::Tensor pooled) override {
    if (fault_ == "throws") throw std::runtime_error("no feature is good enough");
    const torch::Tensor logits = layer_->forward(pooled);
    if (fault_ == "nan") return at::full_like(logits, std::nan(""));
    if (fault_ == "by count" && pooled.size(0) == 5) return logits * 2;  // which no trace of another count knows
    return fault_ == "detached" ? logits.detach() : logits;
  }

  torch::Tensor probabilities(torch::Tensor logits) const override {
    return fault_ == "no probabilities" ? logits : Head::probabilities(std::move(logits));
  }

 private:
  std::string fault_;
  torch::nn::Linear layer_{nullptr};
};

}  // namespace

ASSAY_PLUGIN(assay::Head, FaultyHead, FaultyHeadOptions, "faulty_head", "1.0.0");
