// Global average pooling, hidden layers with ReLU and dropout, and one output or K.
#include <torch/nn/modules/linear.h>

#include "assay/learn/dropout.h"
#include "assay/learn/head.h"
#include "assay/plugin.h"

namespace fully_connected {

struct FullyConnectedOptions {
  std::vector<std::int64_t> hidden{256};
  double dropout = 0.2;
  std::int64_t outputs = 1;
};

void describe(assay::Fields<FullyConnectedOptions>& f) {
  f.integers("hidden", &FullyConnectedOptions::hidden)
      .in(1, 65536)
      .unit("neurons")
      .help("widths of the hidden layers, from the backbone on; [] for none");
  f.number("dropout", &FullyConnectedOptions::dropout)
      .in(0.0, 0.95)
      .unit("share")
      .help("chance that training drops a neuron, before every layer");
  f.integer("outputs", &FullyConnectedOptions::outputs)
      .in(1, 65536)
      .unit("logits")
      .help("1 for two classes, of which dataset.positive is one; else the number of classes");
}

class FullyConnected : public assay::Head {
 public:
  explicit FullyConnected(const FullyConnectedOptions& options) : options_(options) {}

  void build(std::int64_t channels) override {
    std::int64_t in = channels;
    for (const std::int64_t width : options_.hidden) {
      add_layer("hidden" + std::to_string(layers_.size()), in, width);
      in = width;
    }
    add_layer("output", in, options_.outputs);
  }

  std::int64_t outputs() const override { return options_.outputs; }

  torch::Tensor forward(torch::Tensor x) override {
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      if (i > 0) x = x.relu();
      x = layers_[i]->forward(assay::dropout(x, options_.dropout, is_training()));
    }
    return x;
  }

 private:
  void add_layer(const std::string& name, std::int64_t in, std::int64_t out) {
    layers_.push_back(register_module(name, torch::nn::Linear(in, out)));
  }

  FullyConnectedOptions options_;
  std::vector<torch::nn::Linear> layers_;
};

}  // namespace fully_connected

ASSAY_PLUGIN(assay::Head, fully_connected::FullyConnected, fully_connected::FullyConnectedOptions, "fully_connected",
             "1.0.0");
