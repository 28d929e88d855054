// Not faulty, though it looks so: the filters are fixed, so that no seed changes them and nothing or little is trained.
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include "assay/learn/backbone.h"
#include "assay/plugin.h"

namespace {

struct FixedFiltersOptions {
  bool scaled = false;
};

void describe(assay::Fields<FixedFiltersOptions>& f) {
  f.boolean("scaled", &FixedFiltersOptions::scaled).help("whether a scale of each channel is trained, from 1 on");
}

/// Sobel's two derivatives of the sum of colours.
class Edges : public assay::Block {
 public:
  explicit Edges(bool scaled) {
    const at::Tensor across = at::tensor({-1.0F, 0.0F, 1.0F, -2.0F, 0.0F, 2.0F, -1.0F, 0.0F, 1.0F}).reshape({3, 3});
    filters_ = register_buffer("filters", at::stack({across, across.t()}).unsqueeze(1).repeat({1, 3, 1, 1}));
    if (scaled) scale_ = register_parameter("scale", at::ones({2, 1, 1}));
  }

  torch::Tensor forward(torch::Tensor x) override {
    const at::Tensor edges = at::conv2d(x, filters_, {}, 2, 1);
    return scale_.defined() ? edges * scale_ : edges;
  }

 private:
  torch::Tensor filters_;
  torch::Tensor scale_;
};

class Halve : public assay::Block {
 public:
  torch::Tensor forward(torch::Tensor x) override { return at::avg_pool2d(x, 2); }
};

class FixedFilters : public assay::Backbone {
 public:
  explicit FixedFilters(const FixedFiltersOptions& options) {
    add("edges", std::make_shared<Edges>(options.scaled));
    add("halve", std::make_shared<Halve>());
  }

  std::int64_t channels() const override { return 2; }
  void initialise(assay::Random&) override {}
};

}  // namespace

ASSAY_PLUGIN(assay::Backbone, FixedFilters, FixedFiltersOptions, "fixed_filters", "1.0.0");
