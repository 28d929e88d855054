// A backbone with its head, as one thing that training, evaluation and checkpoints handle.
#pragma once

#include <memory>

#include "assay/learn/backbone.h"
#include "assay/learn/head.h"
#include "assay/plugin_stage.h"
#include "named_tensors.h"

namespace assay {

/// Copies share the modules. One thread at a time.
struct Model {
  std::shared_ptr<Backbone> backbone;
  std::shared_ptr<Head> head;

  // What follows calls the plugins, and is the only place that does. It throws Failure naming plugin, stage and work
  // when a plugin throws or gives another shape than its interface says.

  /// images [N,3,H,W] -> map [N,C,h,w].
  at::Tensor features(const at::Tensor& images, const PluginWork& work = {}) const;
  /// map [N,C,h,w] -> pooled [N,D].
  at::Tensor pool(const at::Tensor& map, const PluginWork& work = {}) const;
  /// pooled [N,D] -> logits [N,K].
  at::Tensor forward(const at::Tensor& pooled, const PluginWork& work = {}) const;
  /// images [N,3,H,W] -> logits [N,K].
  at::Tensor logits(const at::Tensor& images, const PluginWork& work = {}) const;
  /// logits [N,K] -> probabilities [N,K].
  at::Tensor probabilities(const at::Tensor& logits) const;

  /// The mode of all that isn't frozen.
  void train(bool on) const;

  /// Parameters and buffers as "backbone.<name>" and "head.<name>", in the order of names; the model's own tensors.
  NamedTensors state() const;
  /// The part of state() that training may change: parameters that need gradients, and buffers outside frozen stages.
  NamedTensors trained() const;
  /// The other part.
  NamedTensors frozen() const;
  /// The parameters among trained().
  NamedTensors trained_parameters() const;
};

}  // namespace assay
