// A small convolutional network: each stage halves the picture and doubles the channels. Small enough to be trained
// from scratch on a few thousand pictures, without anybody's weights.
#pragma once

#include <assay/learn/backbone.h>
#include <assay/plugin.h>

struct MyBackboneOptions {
  std::int64_t width = 16;
  std::int64_t stages = 4;
};

void describe(assay::Fields<MyBackboneOptions>& fields);

class MyBackbone : public assay::Backbone {
 public:
  explicit MyBackbone(const MyBackboneOptions& options);

  std::int64_t channels() const override { return options_.width << (options_.stages - 1); }
  std::int64_t smallest_input() const override { return std::int64_t{1} << options_.stages; }
  assay::InputSpec default_input() const override { return {.size = 64}; }

 private:
  MyBackboneOptions options_;
};
