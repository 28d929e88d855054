// A backbone with its head, as one thing that training, evaluation and checkpoints handle.
#pragma once

#include <memory>

#include "assay/learn/backbone.h"
#include "assay/learn/head.h"
#include "named_tensors.h"

namespace assay {

/// Copies share the modules. One thread at a time.
struct Model {
  std::shared_ptr<Backbone> backbone;
  std::shared_ptr<Head> head;

  /// images [N,3,H,W] -> logits [N,K].
  at::Tensor logits(const at::Tensor& images) const;

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
