#include "my_head.h"

#include <ATen/ATen.h>

void describe(assay::Fields<MyHeadOptions>& fields) {
  fields.number("power", &MyHeadOptions::power)
      .in(1.0, 20.0)
      .help("of the mean over the map: 1 averages, 20 is near the maximum");
  fields.integer("outputs", &MyHeadOptions::outputs)
      .in(1, 65'536)
      .unit("logits")
      .help("1 for two classes, of which dataset.positive is one; else the number of classes");
}

void MyHead::build(std::int64_t channels) {
  output_ = register_module("output", torch::nn::Linear(channels, options_.outputs));
}

torch::Tensor MyHead::pool(torch::Tensor map) {
  const double smallest = 1e-6;  // a power needs positive numbers, and its derivative at 0 may be infinite
  return map.clamp_min(smallest).pow(options_.power).mean({2, 3}).pow(1 / options_.power);
}

torch::Tensor MyHead::forward(torch::Tensor pooled) { return output_->forward(pooled); }

ASSAY_PLUGIN(assay::Head, MyHead, MyHeadOptions, "my_head", "1.0.0");
