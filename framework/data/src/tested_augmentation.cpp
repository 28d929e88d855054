#include "tested_augmentation.h"

#include <algorithm>
#include <cmath>

#include "assay/data/mixing.h"
#include "view_fault.h"

namespace assay::data {
namespace {

void append(Made& made, const Levels& levels) { made.insert(made.end(), levels.begin(), levels.end()); }

void append(Made& made, const std::optional<Levels>& levels) {
  made.push_back(levels ? 1 : 0);
  append(made, levels.value_or(Levels{}));
}

void append(Made& made, const Affine& map) {
  made.insert(made.end(), {map.xx, map.xy, map.x0, map.yx, map.yy, map.y0});
}

void append(Made& made, std::span<const Region> regions) {
  made.push_back(static_cast<double>(regions.size()));
  for (const Region& region : regions) {
    append(made, region.from_unit);
    append(made, region.colour);
  }
}

/// Appends a stage's numbers.
struct AppendStage {
  Made& made;

  void operator()(const ColourMatrix& stage) const {
    made.insert(made.end(), stage.matrix.begin(), stage.matrix.end());
    append(made, stage.offset);
  }
  void operator()(const Gamma& stage) const { made.push_back(stage.exponent); }
  void operator()(const HueTurn& stage) const { made.push_back(stage.turns); }
  void operator()(const DensityMatrix& stage) const { (*this)(stage.matrix); }
};

/// Levels from 0 to 255, with edges and slopes.
std::vector<float> picture_of(std::int64_t size, std::int64_t draw) {
  std::vector<float> rgb(static_cast<std::size_t>(size * size * 3));
  for (std::size_t i = 0; i < rgb.size(); ++i) {
    rgb[i] = static_cast<float>((i * 7 + static_cast<std::size_t>(draw) * 31) % 256);
  }
  return rgb;
}

}  // namespace

Made numbers_of(const View& view) {
  Made made{view.width(),
            view.height(),
            view.blur_sigma(),
            view.noise_deviation(),
            static_cast<double>(view.noise_seed() >> 32),
            static_cast<double>(view.noise_seed() & 0xFFFFFFFF)};
  append(made, view.to_source());
  append(made, view.clips());
  append(made, view.holes());
  append(made, view.fill());
  for (const ColourStage& stage : view.stages()) {
    made.push_back(static_cast<double>(stage.index()));
    std::visit(AppendStage{made}, stage);
  }
  return made;
}

TestedAugmentation::TestedAugmentation(const TestedPlugin& plugin, const Node& options)
    : augmentation_(create_plugin<Augmentation>(plugin, options)), name_(plugin.report_name()) {}

void TestedAugmentation::edit(View& view, const Shape& shape, std::int64_t draw) const {
  Random random(StreamName{20, 0, static_cast<std::uint32_t>(draw), 0, 0});
  const PluginWork work{shape.name, 1, 0, draw};
  in_plugin(name_, "sample", work, [&] { augmentation_->sample(view, random); });
  if (const char* fault = fault_of(view)) throw CheckFailed("the view" + work.text() + " " + fault);
}

View TestedAugmentation::view_of(const Shape& shape, std::int64_t draw) const {
  View view(shape.width, shape.height);
  edit(view, shape, draw);
  return view;
}

Made TestedAugmentation::pixels_of(std::int64_t size, std::int64_t draw) const {
  const std::string name = "a picture of " + std::to_string(size) + "x" + std::to_string(size);
  const PluginWork work{name, 1, 0, draw};
  std::vector<float> rgb = picture_of(size, draw);
  Random random(StreamName{21, 0, static_cast<std::uint32_t>(draw), 0, 0});
  in_plugin(name_, "apply", work, [&] { augmentation_->apply({rgb, size}, random); });
  const auto is_level = [](float level) { return std::abs(level) <= kLargestLevel; };  // and no NaN
  if (!std::ranges::all_of(rgb, is_level)) {
    throw CheckFailed("the pixels" + work.text() + " hold a number that is not finite, or beyond " +
                      short_number(kLargestLevel));
  }
  return {rgb.begin(), rgb.end()};
}

Made TestedAugmentation::pairs_of(std::int64_t count, std::int64_t step) const {
  const std::string name = "a batch of " + std::to_string(count);
  const PluginWork work{name, 1, 0, step};
  std::vector<Mix> batch(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) batch[static_cast<std::size_t>(i)].partner = i;
  Random random(StreamName{22, 0, static_cast<std::uint32_t>(step), 0, 0});
  in_plugin(name_, "pair", work, [&] { augmentation_->pair(batch, random); });
  Made made;
  for (const Mix& mix : batch) {
    if (!is_in_range(mix, count)) {
      throw CheckFailed("of " + name + ", a partner, a share or a patch is out of range");
    }
    const Patch patch = mix.patch.value_or(Patch{});
    made.insert(made.end(), {static_cast<double>(mix.partner), mix.share, mix.patch ? 1.0 : 0.0, patch.left, patch.top,
                             patch.right, patch.bottom});
  }
  return made;
}

}  // namespace assay::data
