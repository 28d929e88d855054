// What a plugin of the build does to views, for the tests of augmentations.
#pragma once

#include <memory>
#include <string>

#include "assay/built_plugin.h"
#include "assay/data/augmentation.h"

namespace assay::test {

/// The built plugin, made from TOML as an experiment writes it.
inline std::shared_ptr<Augmentation> augmentation(const std::string& name, const std::string& options) {
  return built_plugin<Augmentation>(ASSAY_PLUGIN_DIR, name, options);
}

/// A view as the plugin leaves it for this sample.
inline View sampled(const Augmentation& plugin, View view, std::uint32_t sample) {
  Random random(StreamName{.seed = 1, .sample = sample});
  plugin.sample(view, random);
  return view;
}

/// A colour behind all stages of a view.
inline Levels coloured(const View& view, Levels rgb) {
  for (const ColourStage& stage : view.stages()) rgb = apply_stage(stage, rgb);
  return rgb;
}

/// Where a point of the frame lies in the source.
struct Place {
  double x;
  double y;
};
inline Place in_source(const View& view, double x, double y) {
  const Affine& m = view.to_source();
  return {m.xx * x + m.xy * y + m.x0, m.yx * x + m.yy * y + m.y0};
}

}  // namespace assay::test
