// What the author of a head plugin implements: from the backbone's map to logits. The loss is the framework's.
#pragma once

#include <torch/nn/module.h>

#include <cstdint>

#include "assay/random.h"

namespace assay {

/// The part of a model behind the backbone. A plugin's class derives from it and is made from a const reference to its
/// options. One thread at a time, like any torch module.
class Head : public torch::nn::Module {
 public:
  static constexpr const char* plugin_kind = "head";  ///< its word in handshakes and descriptions

  /// Makes the parameters for maps of so many channels. Called once, before anything below.
  virtual void build(std::int64_t channels) = 0;
  /// Logits K of a sample: 1 for two classes told by one output, else the number of classes.
  virtual std::int64_t outputs() const = 0;

  /// true when pool() has parameters, is random, or depends on the mode: pooled features then can't be computed once
  /// and kept.
  virtual bool pool_has_parameters() const { return false; }
  /// map [N,C,h,w] -> pooled [N,D], float32. Default: the mean over h and w.
  virtual torch::Tensor pool(torch::Tensor map);
  /// pooled [N,D] -> logits [N,K].
  virtual torch::Tensor forward(torch::Tensor pooled) = 0;
  /// logits [N,K] -> probabilities [N,K]: the sigmoid for K = 1, else the softmax over K.
  virtual torch::Tensor probabilities(torch::Tensor logits) const;

  /// Random weights, a function of random alone: torch's global generator has no part in it. Default: initialise.h.
  virtual void initialise(Random& random);
};

}  // namespace assay
