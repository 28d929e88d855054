// Optimisers: each equals PyTorch's of the same name step by step (tests/learn/optimizer_test.cpp), and keeps its state
// by the parameters' names, so that it can be saved and restored.
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "assay/experiment.h"
#include "named_tensors.h"

namespace assay {

/// Changes parameters by their gradients. One thread.
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// One step. A parameter without a gradient is left alone, and so is its state.
  virtual void step(double learning_rate) = 0;

  /// The state by name ("exp_avg.head.fc.0.weight"); the tensors are the optimiser's own: what is copied into them
  /// counts.
  virtual NamedTensors state() const = 0;

  /// Forgets the gradients; the next backward pass makes new ones instead of adding to old ones.
  void clear_gradients();

 protected:
  explicit Optimizer(NamedTensors parameters) : parameters_(std::move(parameters)) {}

  NamedTensors parameters_;
};

/// Loshchilov and Hutter 2019, "Decoupled weight decay regularization", algorithm 2; torch.optim.AdamW, fused.
class AdamW : public Optimizer {
 public:
  AdamW(NamedTensors parameters, const AdamWOptions& options);

  void step(double learning_rate) override;
  NamedTensors state() const override;

 private:
  AdamWOptions options_;
  std::vector<at::Tensor> means_;    ///< of the gradient, per parameter
  std::vector<at::Tensor> squares_;  ///< means of the gradient's square
  std::vector<at::Tensor> steps_;    ///< scalars, float32, as the fused operator wants them
};

/// Stochastic gradient descent with momentum (Sutskever et al. 2013) and coupled weight decay; torch.optim.SGD, fused.
class Sgd : public Optimizer {
 public:
  Sgd(NamedTensors parameters, const SgdOptions& options);

  void step(double learning_rate) override;
  NamedTensors state() const override;

 private:
  SgdOptions options_;
  std::vector<at::Tensor> momenta_;  ///< empty without momentum
};

/// parameters: those that need gradients, by name; their tensors are changed in place.
std::unique_ptr<Optimizer> make_optimizer(const std::variant<AdamWOptions, SgdOptions>& options,
                                          NamedTensors parameters);

/// The learning rate that an experiment's optimiser starts from.
double learning_rate_of(const std::variant<AdamWOptions, SgdOptions>& options);

}  // namespace assay
