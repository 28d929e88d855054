// What the author of a backbone plugin implements: a list of blocks from the picture to the feature map, grouped in
// named stages, and which published weights fit it. Blocks to build from are in blocks.h; reading weights is
// weights.h's work, freezing is freezing.h's.
#pragma once

#include <torch/nn/module.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "assay/data/input.h"
#include "assay/random.h"

namespace assay {

/// One step of a backbone: a module from one tensor to one tensor.
class Block : public torch::nn::Module {
 public:
  virtual torch::Tensor forward(torch::Tensor x) = 0;  ///< [N,C,h,w] -> what the block makes of it
};

/// Consecutive blocks that are frozen and unfrozen together.
struct Stage {
  std::string name;                            ///< for messages and parameter names
  std::vector<std::shared_ptr<Block>> blocks;  ///< in order
};

/// How a project names this backbone's tensors in its files. Plain data: a table of prefixes, ours and theirs.
struct KeyLayout {
  std::string name;    ///< the project and, where it has one, its name of this network: "timm tf_efficientnet_lite0"
  std::string marker;  ///< a key that files of this layout have and others don't
  /// Ours and theirs, each a whole module path: {"stem.0.conv", "features.0.0"}. The longest that fits a key counts.
  std::vector<std::pair<std::string, std::string>> prefixes;
  /// Prefixes of their keys that may be left over: the classifier.
  std::vector<std::string> left_out{};

  /// Their name of our tensor; our own name when no prefix fits.
  std::string theirs(const std::string& ours) const;
};

/// A published file of weights.
struct KnownWeights {
  std::string name;        ///< what the experiment file says: "imagenet"
  std::string file;        ///< looked for in the weight folders
  std::string sha256;      ///< lower-case hexadecimal; a prefix where only that is published
  std::string source;      ///< where it comes from, for people: "PyPI package x 1.0"
  std::string how_to_get;  ///< what to do when it is missing, as a sentence's end: "download https://... there"
  std::string licence;     ///< of the weights
  InputSpec input;         ///< what the weights expect of their pictures
};

/// A feature extractor. A plugin's class derives from it, adds its blocks in its constructor, and is made from a const
/// reference to its options. One thread at a time, like any torch module.
class Backbone : public torch::nn::Module {
 public:
  static constexpr const char* plugin_kind = "backbone";  ///< its word in handshakes and descriptions

  /// Channels C of the feature map.
  virtual std::int64_t channels() const = 0;
  /// Smallest side of a picture that gives a map; a smaller one is an error before anything is trained.
  virtual std::int64_t smallest_input() const { return 32; }
  /// Published weights, the default one first; empty when there are none.
  virtual std::vector<KnownWeights> known_weights() const { return {}; }
  /// How other projects name the tensors. Our own names need no entry.
  virtual std::vector<KeyLayout> key_layouts() const { return {}; }
  /// What pictures should look like when no known weights say it.
  virtual InputSpec default_input() const { return {}; }

  /// Random weights, a function of random alone: torch's global generator has no part in it. Default: initialise.h.
  virtual void initialise(Random& random);

  /// images [N,3,H,W], normalised, channels-last or contiguous, in the module's dtype and on its device -> map
  /// [N,C,h,w]. Default: the blocks one after the other, frozen stages without autograd and, once folded (freezing.h),
  /// by their fast forward.
  virtual torch::Tensor features(torch::Tensor images);

  /// Input to output.
  const std::vector<Stage>& stages() const { return stages_; }

  /// Sets the mode of all stages but the frozen ones, whose batch norms stay in evaluation whatever is asked.
  void train(bool on = true) override;

  /// Stages, from the input, that are frozen. Set by freeze() (freezing.h).
  std::size_t frozen_stages() const { return frozen_stages_; }
  bool is_frozen() const { return frozen_stages_ == stages_.size(); }  ///< all stages are frozen

 protected:
  /// Appends a block to the stage of this name, which is begun when it isn't the last one. Parameters are named
  /// "<stage>.<number of the block in it>.<the block's own names>".
  void add(const std::string& stage, std::shared_ptr<Block> block);

 private:
  friend void freeze_stages(Backbone&, std::size_t);

  std::vector<Stage> stages_;
  std::size_t frozen_stages_ = 0;
};

}  // namespace assay
