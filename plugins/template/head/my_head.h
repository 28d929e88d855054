// A head that pools by the generalised mean: between the mean, which drowns a small find in its surroundings, and the
// maximum, which sees one pixel only. Radenovic, Tolias and Chum 2018, "Fine-tuning CNN image retrieval with no human
// annotation", section 3.2.
#pragma once

#include <torch/nn/modules/linear.h>

#include <assay/learn/head.h>
#include <assay/plugin.h>

struct MyHeadOptions {
  double power = 3.0;
  std::int64_t outputs = 1;
};

void describe(assay::Fields<MyHeadOptions>& fields);

class MyHead : public assay::Head {
 public:
  explicit MyHead(const MyHeadOptions& options) : options_(options) {}

  void build(std::int64_t channels) override;
  std::int64_t outputs() const override { return options_.outputs; }
  torch::Tensor pool(torch::Tensor map) override;
  torch::Tensor forward(torch::Tensor pooled) override;

 private:
  MyHeadOptions options_;
  torch::nn::Linear output_{nullptr};
};
