#include "model.h"

#include <algorithm>
#include <unordered_set>

#include "assay/learn/tensors.h"

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

}  // namespace

at::Tensor Model::logits(const at::Tensor& images) const {
  return head->forward(head->pool(backbone->features(images)));
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
