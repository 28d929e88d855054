// The formulas of tools/fixtures/model_fixtures.py, and comparison with what it stored.
#pragma once

#include <torch/nn/module.h>

#include <filesystem>
#include <string>

#include "assay/learn/backbone.h"
#include "assay/tensor_file.h"

namespace assay::parity {

/// A stored file of tests/plugins/backbones/fixtures.
std::filesystem::path fixture(const std::string& name);

/// sin(0.37 * i), i from 1 in row-major order.
torch::Tensor image(at::IntArrayRef shape);

/// Weights that keep activations of the size 1, by name and shape.
void fill(torch::nn::Module& module);

/// The largest difference as a share of the largest expected value.
double difference(const torch::Tensor& actual, const torch::Tensor& expected);

/// A tensor that a fixture stored.
torch::Tensor stored(const TensorFile& file, const std::string& name);

/// Every sixteenth channel, which is what fixtures keep of a map.
torch::Tensor sixteenth(const torch::Tensor& map);

/// A backbone plugin of this build. options: its keys; the rest are defaults.
std::shared_ptr<Backbone> make_backbone(const std::string& plugin, const std::string& variant);

}  // namespace assay::parity
