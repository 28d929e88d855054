#include "key_layouts.h"

#include <functional>

namespace efficientnet {
namespace {

using assay::KeyLayout;

/// Where a block stands and which parts it has.
struct BlockPlace {
  std::int64_t stage;    ///< from 1
  std::int64_t block;    ///< in its stage, from 0
  std::int64_t running;  ///< among all blocks, from 0
  bool expands;
  bool squeezes;

  std::string ours() const { return "stage" + std::to_string(stage) + "." + std::to_string(block) + "."; }
};

std::vector<BlockPlace> places_of(const Variant& variant) {
  std::vector<BlockPlace> places;
  for (std::size_t stage = 0; stage < variant.stages.size(); ++stage) {
    const StageRow& row = variant.stages[stage];
    for (std::int64_t block = 0; block < row.blocks; ++block) {
      places.push_back({static_cast<std::int64_t>(stage) + 1, block, static_cast<std::int64_t>(places.size()),
                        row.expansion != 1, variant.squeeze_excite});
    }
  }
  return places;
}

/// One step of ours (a convolution and its norm) under their two names.
void add_step(KeyLayout& layout, const std::string& ours, const std::string& convolution, const std::string& norm) {
  layout.prefixes.emplace_back(ours + ".conv", convolution);
  layout.prefixes.emplace_back(ours + ".norm", norm);
}

void add_squeeze(KeyLayout& layout, const std::string& block, const std::string& reduce, const std::string& expand) {
  layout.prefixes.emplace_back(block + "squeeze_excite.reduce", reduce);
  layout.prefixes.emplace_back(block + "squeeze_excite.expand", expand);
}

std::string name_in(const std::string& project, const std::string& network) {
  return network.empty() ? project : project + " " + network;
}

KeyLayout torchvision_layout(const Variant& variant) {
  KeyLayout layout{name_in("torchvision", variant.torchvision_name), "features.0.0.weight", {}, {"classifier."}};
  add_step(layout, "stem.0", "features.0.0", "features.0.1");
  add_step(layout, "top.0", "features.8.0", "features.8.1");
  for (const BlockPlace& place : places_of(variant)) {
    const std::string ours = place.ours();
    const std::string theirs =
        "features." + std::to_string(place.stage) + "." + std::to_string(place.block) + ".block.";
    int step = 0;
    const auto next = [&] { return theirs + std::to_string(step++) + "."; };
    const auto add_next = [&](const std::string& name) {
      const std::string path = next();
      add_step(layout, ours + name, path + "0", path + "1");
    };
    if (place.expands) add_next("expand");
    add_next("depthwise");
    if (place.squeezes) {
      const std::string path = next();
      add_squeeze(layout, ours, path + "fc1", path + "fc2");
    }
    add_next("project");
  }
  return layout;
}

KeyLayout timm_layout(const Variant& variant) {
  KeyLayout layout{name_in("timm", variant.timm_name), "conv_stem.weight", {}, {"classifier."}};
  add_step(layout, "stem.0", "conv_stem", "bn1");
  add_step(layout, "top.0", "conv_head", "bn2");
  for (const BlockPlace& place : places_of(variant)) {
    const std::string ours = place.ours();
    const std::string theirs = "blocks." + std::to_string(place.stage - 1) + "." + std::to_string(place.block) + ".";
    if (place.expands) {
      add_step(layout, ours + "expand", theirs + "conv_pw", theirs + "bn1");
      add_step(layout, ours + "depthwise", theirs + "conv_dw", theirs + "bn2");
      add_step(layout, ours + "project", theirs + "conv_pwl", theirs + "bn3");
    } else {
      add_step(layout, ours + "depthwise", theirs + "conv_dw", theirs + "bn1");
      add_step(layout, ours + "project", theirs + "conv_pw", theirs + "bn2");
    }
    if (place.squeezes) add_squeeze(layout, ours, theirs + "se.conv_reduce", theirs + "se.conv_expand");
  }
  return layout;
}

KeyLayout efficientnet_pytorch_layout(const Variant& variant) {
  KeyLayout layout{"EfficientNet-PyTorch", "_conv_stem.weight", {}, {"_fc."}};
  add_step(layout, "stem.0", "_conv_stem", "_bn0");
  add_step(layout, "top.0", "_conv_head", "_bn1");
  for (const BlockPlace& place : places_of(variant)) {
    const std::string ours = place.ours();
    const std::string theirs = "_blocks." + std::to_string(place.running) + ".";
    if (place.expands) add_step(layout, ours + "expand", theirs + "_expand_conv", theirs + "_bn0");
    add_step(layout, ours + "depthwise", theirs + "_depthwise_conv", theirs + "_bn1");
    if (place.squeezes) add_squeeze(layout, ours, theirs + "_se_reduce", theirs + "_se_expand");
    add_step(layout, ours + "project", theirs + "_project_conv", theirs + "_bn2");
  }
  return layout;
}

}  // namespace

std::vector<KeyLayout> key_layouts(const Variant& variant) {
  return {torchvision_layout(variant), timm_layout(variant), efficientnet_pytorch_layout(variant)};
}

}  // namespace efficientnet
