#include "model.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <string>
#include <unordered_set>

#include "assay/learn/tensors.h"
#include "assay/plugin_host.h"

namespace assay {
namespace {

using TensorSet = std::unordered_set<const c10::TensorImpl*>;

// A frozen stage's running means are as fixed as its weights, but unlike those nothing on the tensor says so.
TensorSet frozen_tensors(const Model& model) {
  TensorSet frozen;
  for (std::size_t stage = 0; stage < model.backbone->frozen_stages(); ++stage) {
    for (const auto& block : model.backbone->stages()[stage].blocks) {
      for (const at::Tensor& buffer : block->buffers()) frozen.insert(buffer.unsafeGetTensorImpl());
    }
  }
  for (const at::Tensor& parameter : model.backbone->parameters()) {
    if (!parameter.requires_grad()) frozen.insert(parameter.unsafeGetTensorImpl());
  }
  return frozen;
}

NamedTensors select(const Model& model, bool frozen) {
  const TensorSet set = frozen_tensors(model);
  NamedTensors selected;
  for (auto& [name, tensor] : model.state()) {
    if (set.contains(tensor.unsafeGetTensorImpl()) == frozen) selected.emplace_back(name, tensor);
  }
  return selected;
}

// LibTorch's errors carry a backtrace in their text; a user gets the sentence.
template <class Call>
at::Tensor call(const PluginName& plugin, const char* stage, const PluginWork& work, const Call& plugin_call) {
  return in_plugin(plugin, stage, work, [&] {
    try {
      return plugin_call();
    } catch (const c10::Error& error) {
      throw std::runtime_error(error.what_without_backtrace());
    }
  });
}

bool is_floating(const at::Tensor& tensor) { return tensor.defined() && tensor.is_floating_point(); }

/// A side of a shape as messages show it: a number, or a letter where any number will do.
struct Side {
  std::string text;

  Side(std::int64_t size) : text(std::to_string(size)) {}
  Side(const char* letter) : text(letter) {}
};

std::string shape_text(const std::vector<Side>& sides) {
  std::string text;
  for (const Side& side : sides) text += (text.empty() ? "[" : ", ") + side.text;
  return text + "]";
}

[[noreturn]] void refuse_shape(const PluginName& plugin, const char* stage, const PluginWork& work,
                               const at::Tensor& answer, const std::vector<Side>& wanted) {
  std::string given = "nothing";
  if (answer.defined()) {
    const std::vector<Side> sides(answer.sizes().begin(), answer.sizes().end());
    given = (sides.empty() ? "a single number" : shape_text(sides)) +
            (answer.is_floating_point() ? "" : " of numbers that are not floating");
  }
  throw plugin_failure(plugin, stage, work, "it gave " + given + ", not " + shape_text(wanted));
}

}  // namespace

at::Tensor Model::features(const at::Tensor& images, const PluginWork& work) const {
  const PluginName& plugin = plugin_of(backbone);
  at::Tensor map = call(plugin, "features", work, [&] { return backbone->features(images); });
  const std::int64_t channels = backbone->channels();
  const bool fits = is_floating(map) && map.dim() == 4 && map.size(0) == images.size(0) && map.size(1) == channels &&
                    map.size(2) > 0 && map.size(3) > 0;
  if (!fits) refuse_shape(plugin, "features", work, map, {images.size(0), channels, "h", "w"});
  return map;
}

at::Tensor Model::pool(const at::Tensor& map, const PluginWork& work) const {
  const PluginName& plugin = plugin_of(head);
  at::Tensor pooled = call(plugin, "pool", work, [&] { return head->pool(map); });
  const bool fits = is_floating(pooled) && pooled.dim() == 2 && pooled.size(0) == map.size(0) && pooled.size(1) > 0;
  if (!fits) refuse_shape(plugin, "pool", work, pooled, {map.size(0), "D"});
  return pooled;
}

at::Tensor Model::forward(const at::Tensor& pooled, const PluginWork& work) const {
  const PluginName& plugin = plugin_of(head);
  at::Tensor logits = call(plugin, "forward", work, [&] { return head->forward(pooled); });
  const std::int64_t outputs = head->outputs();
  const bool fits =
      is_floating(logits) && logits.dim() == 2 && logits.size(0) == pooled.size(0) && logits.size(1) == outputs;
  if (!fits) refuse_shape(plugin, "forward", work, logits, {pooled.size(0), outputs});
  return logits;
}

at::Tensor Model::logits(const at::Tensor& images, const PluginWork& work) const {
  return forward(pool(features(images, work), work), work);
}

at::Tensor Model::probabilities(const at::Tensor& logits) const {
  const PluginName& plugin = plugin_of(head);
  at::Tensor probabilities = call(plugin, "probabilities", {}, [&] { return head->probabilities(logits); });
  const bool fits = is_floating(probabilities) && probabilities.sizes() == logits.sizes();
  if (!fits) refuse_shape(plugin, "probabilities", {}, probabilities, {logits.size(0), logits.size(1)});
  return probabilities;
}

void Model::train(bool on) const {
  backbone->train(on);
  head->train(on);
}

NamedTensors Model::state() const {
  NamedTensors state;
  for (auto& [name, tensor] : state_of(*backbone)) state.emplace_back("backbone." + name, tensor);
  for (auto& [name, tensor] : state_of(*head)) state.emplace_back("head." + name, tensor);
  std::sort(state.begin(), state.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return state;
}

NamedTensors Model::trained() const { return select(*this, false); }

NamedTensors Model::frozen() const { return select(*this, true); }

NamedTensors Model::trained_parameters() const {
  NamedTensors parameters;
  for (auto& [name, tensor] : trained()) {
    if (tensor.requires_grad()) parameters.emplace_back(name, tensor);
  }
  return parameters;
}

}  // namespace assay
