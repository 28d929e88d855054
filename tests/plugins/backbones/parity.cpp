#include "parity.h"

#include <ATen/ATen.h>

#include "assay/learn/tensors.h"
#include "assay/plugin_host.h"

namespace assay::parity {
namespace {

at::Tensor ramp(std::int64_t count) { return at::arange(1, count + 1, at::kDouble); }

at::Tensor formula(const std::string& name, const at::Tensor& tensor) {
  const at::Tensor i = ramp(tensor.numel());
  if (tensor.dim() > 1) return at::sin(i) * std::sqrt(4.0 / static_cast<double>(tensor[0].numel()));
  if (name.ends_with("running_var")) return 1.0 + 0.5 * at::cos(3 * i);
  if (name.ends_with("running_mean")) return 0.1 * at::sin(2 * i);
  if (name.ends_with("weight")) return 1.0 + 0.2 * at::sin(i);
  return 0.1 * at::cos(i);
}

}  // namespace

std::filesystem::path fixture(const std::string& name) {
  return std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/plugins/backbones/fixtures" / name;
}

torch::Tensor image(at::IntArrayRef shape) {
  return at::sin(0.37 * ramp(c10::multiply_integers(shape))).view(shape).to(at::kFloat);
}

void fill(torch::nn::Module& module) {
  const at::NoGradGuard no_grad;
  for (auto& [name, tensor] : state_of(module)) {
    if (!name.ends_with("num_batches_tracked")) tensor.copy_(formula(name, tensor).view(tensor.sizes()));
  }
}

double difference(const torch::Tensor& actual, const torch::Tensor& expected) {
  return ((actual.detach() - expected).abs().max() / expected.abs().max()).item<double>();
}

torch::Tensor stored(const TensorFile& file, const std::string& name) { return to_tensor(*file.find(name)); }

torch::Tensor sixteenth(const torch::Tensor& map) { return map.slice(1, 0, std::nullopt, 16); }

std::shared_ptr<Backbone> make_backbone(const std::string& plugin, const std::string& variant) {
  const PluginCatalog catalog({ASSAY_PLUGIN_DIR});
  Node options{Node::Table{}, {}};
  options.set("variant", {variant, {}});
  options.set("stochastic_depth", {0.0, {}});
  return create_plugin<Backbone>(catalog, plugin, options);
}

}  // namespace assay::parity
