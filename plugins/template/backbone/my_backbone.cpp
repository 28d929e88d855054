#include "my_backbone.h"

#include <assay/learn/blocks.h>

void describe(assay::Fields<MyBackboneOptions>& fields) {
  fields.integer("width", &MyBackboneOptions::width).in(1, 256).unit("channels").help("of the first stage");
  fields.integer("stages", &MyBackboneOptions::stages)
      .in(1, 6)
      .help("each halves the picture and doubles the channels");
}

MyBackbone::MyBackbone(const MyBackboneOptions& options) : options_(options) {
  std::int64_t in = 3;
  for (std::int64_t i = 0; i < options.stages; ++i) {
    const std::string stage = "stage" + std::to_string(i + 1);
    const std::int64_t out = options.width << i;
    const auto relu = assay::Activation::relu;
    add(stage, std::make_shared<assay::ConvNorm>(
                   assay::ConvNormOptions{.in = in, .out = out, .kernel = 3, .stride = 2, .activation = relu}));
    add(stage, std::make_shared<assay::ConvNorm>(
                   assay::ConvNormOptions{.in = out, .out = out, .kernel = 3, .activation = relu}));
    in = out;
  }
}

ASSAY_PLUGIN(assay::Backbone, MyBackbone, MyBackboneOptions, "my_backbone", "1.0.0");
