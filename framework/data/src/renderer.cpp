#include "assay/data/renderer.h"

#include <algorithm>
#include <cmath>

#include "fixed_crop.h"
#include "mask.h"
#include "parallel.h"
#include "picture.h"
#include "plain_resize.h"
#include "usable_view.h"
#include "view_resample.h"

namespace assay {
namespace {

std::array<float, 3> three(const std::vector<double>& values, const std::string& key) {
  if (values.size() != 3)
    throw InvalidInput(key + ": needs three numbers, for red, green and blue; has " + std::to_string(values.size()));
  return {static_cast<float>(values[0]), static_cast<float>(values[1]), static_cast<float>(values[2])};
}

void augment(const Renderer::Options& options, std::span<const PluginName* const> plugins, const Sample& sample,
             const Request& request, View& view) {
  const PluginWork work{sample.name, 1, request.epoch, request.draw};
  for (std::size_t operation = 0; operation < options.augmentations.size(); ++operation) {
    Random random(StreamName{options.seed, request.epoch, static_cast<std::uint32_t>(request.sample), request.draw,
                             static_cast<std::uint16_t>(operation)});
    const PluginName& plugin = *plugins[operation];
    in_plugin(plugin, "sample", work, [&] { options.augmentations[operation]->sample(view, random); });
    if (!data::is_usable(view)) {
      throw plugin_failure(plugin, "sample", work, "its view is empty or holds a number that is not finite");
    }
  }
}

/// From levels of 0 to 255 to what the network expects.
void normalise(const InputSpec& input, std::span<float> pixels) {
  std::array<float, 3> scale{};
  std::array<float, 3> offset{};
  for (std::size_t c = 0; c < 3; ++c) {
    scale[c] = 1.0F / (255.0F * input.std[c]);
    offset[c] = -input.mean[c] / input.std[c];
  }
  for (std::size_t i = 0; i + 2 < pixels.size(); i += 3) {
    for (std::size_t c = 0; c < 3; ++c) pixels[i + c] = pixels[i + c] * scale[c] + offset[c];
  }
}

bool lacks_side(const std::optional<FixedCropOptions>& crop) {
  return crop && crop->foreground.value_or(false) && crop->keep_scale && !crop->side;
}

}  // namespace

InputSpec resolve_input(const PreprocessingOptions& options, const InputSpec& expected) {
  InputSpec input = expected;
  if (options.size) input.size = *options.size;
  if (options.mean) input.mean = three(*options.mean, "preprocessing.mean");
  if (options.std) input.std = three(*options.std, "preprocessing.std");
  if (std::ranges::any_of(input.std, [](float s) { return !(s > 0); })) {
    throw InvalidInput("preprocessing.std: each number must be above 0");
  }
  if (options.interpolation) {
    input.interpolation = *options.interpolation == "bicubic" ? Interpolation::bicubic : Interpolation::bilinear;
  }
  return input;
}

PreprocessingOptions measure_crop(PreprocessingOptions options, const Dataset& dataset,
                                  std::span<const MaskOptions> mask, double pixel_limit) {
  if (!lacks_side(options.crop)) return options;
  const std::vector<std::int64_t> training = dataset.of_split(Split::train);
  std::vector<double> sides(training.size());
  data::for_each_in_parallel(static_cast<std::int64_t>(training.size()), 0, [&](std::int64_t i) {
    const Sample& sample = dataset.samples[static_cast<std::size_t>(training[static_cast<std::size_t>(i)])];
    data::Picture picture = data::read_picture(sample.path, pixel_limit);
    data::apply_mask(picture, mask);
    sides[static_cast<std::size_t>(i)] = data::side_around(data::foreground_of(picture), options.crop->margin);
  });
  if (!sides.empty()) options.crop->side = std::ceil(*std::ranges::max_element(sides));
  return options;
}

Renderer::Renderer(Options options) : options_(std::move(options)) {
  if (lacks_side(options_.preprocessing.crop)) {
    throw InvalidInput(
        "preprocessing.crop.keep_scale: the side that all images share is not known; set preprocessing.crop.side");
  }
  for (const auto& augmentation : options_.augmentations) plugins_.push_back(&plugin_of(augmentation));
}

void Renderer::render(const Sample& sample, const Request& request, std::span<float> out) const {
  data::Picture picture = data::read_picture(sample.path, options_.pixel_limit);
  data::apply_mask(picture, options_.mask);
  const data::Box box = data::fixed_crop(picture, options_.preprocessing.crop);
  if (request.augmented && !options_.augmentations.empty()) {
    View view(static_cast<double>(picture.width), static_cast<double>(picture.height));
    view.crop(box.left, box.top, box.width, box.height);
    augment(options_, plugins_, sample, request, view);
    data::resample_view(picture, view, data::median_of_border(picture), options_.input.size, out);
  } else {
    data::resize_plain(picture, box, options_.input.interpolation, options_.input.size, out);
  }
  normalise(options_.input, out);
}

Renderer::Options renderer_options(const Experiment& experiment, const InputSpec& input) {
  Renderer::Options options;
  options.seed = static_cast<std::uint64_t>(experiment.seed);
  options.input = input;
  options.preprocessing = experiment.preprocessing;
  options.mask = experiment.dataset.mask;
  options.pixel_limit = experiment.dataset.pixel_limit;
  return options;
}

}  // namespace assay
