#include "assay/data/renderer.h"

#include <algorithm>
#include <cmath>

#include "fixed_crop.h"
#include "fused_pass.h"
#include "mask.h"
#include "parallel.h"
#include "picture.h"
#include "plain_resize.h"
#include "stored_picture.h"

namespace assay {
namespace {

std::array<float, 3> three(const std::vector<double>& values, const std::string& key) {
  if (values.size() != 3)
    throw InvalidInput(key + ": needs three numbers, for red, green and blue; has " + std::to_string(values.size()));
  return {static_cast<float>(values[0]), static_cast<float>(values[1]), static_cast<float>(values[2])};
}

Interpolation interpolation_named(const std::string& word) {
  return word == "bicubic" ? Interpolation::bicubic : Interpolation::bilinear;
}

/// What brings levels of 0 to 255 to what the network expects.
data::Target target_of(const InputSpec& input, Interpolation interpolation) {
  data::Target target;
  target.size = input.size;
  target.interpolation = interpolation;
  for (std::size_t c = 0; c < 3; ++c) {
    target.scale[c] = 1.0F / (255.0F * input.std[c]);
    target.offset[c] = -input.mean[c] / input.std[c];
  }
  return target;
}

void clamp_and_normalise(const data::Target& target, std::span<float> pixels) {
  for (std::size_t i = 0; i + 2 < pixels.size(); i += 3) {
    for (std::size_t c = 0; c < 3; ++c) {
      pixels[i + c] = std::clamp(pixels[i + c], 0.0F, 255.0F) * target.scale[c] + target.offset[c];
    }
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
    input.interpolation = interpolation_named(*options.interpolation);
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
}

void Renderer::render(const Sample& sample, const Request& request, std::span<float> out) const {
  data::Picture decoded = data::read_picture(sample.path, options_.pixel_limit);
  data::apply_mask(decoded, options_.mask);
  const data::Box box = data::fixed_crop(decoded, options_.preprocessing.crop);
  data::LevelledPicture picture(std::move(decoded), box);
  if (request.augmented && !options_.augmentations.empty()) {
    render_view(picture, sample, request, out);
  } else {
    data::resize_plain(picture.stored(), target_of(options_.input, options_.input.interpolation), out);
  }
}

void Renderer::render_view(data::LevelledPicture& picture, const Sample& sample, const Request& request,
                           std::span<float> out) const {
  const data::StoredPicture& stored = picture.stored();
  View view(stored.width, stored.height, stored.mean);
  view.crop(stored.box.left, stored.box.top, stored.box.width, stored.box.height);
  const StreamName stream{options_.seed, request.epoch, static_cast<std::uint32_t>(request.sample), request.draw, 0};
  const AugmentationChain& chain = options_.augmentations;
  const AugmentationChain::Drawn drawn = chain.sample(view, stream, sample.name);
  data::Target target = target_of(options_.input, options_.view_interpolation);
  picture.make_levels(data::levels_needed(stored, view, target.size));
  if (!drawn.has_pixels) {
    data::fused_pass(picture.stored(), view, target, out);
    return;
  }
  const data::Target normalised = target;
  target.scale = {1, 1, 1};
  target.offset = {0, 0, 0};
  data::fused_pass(picture.stored(), view, target, out);
  chain.apply(drawn, {out, target.size}, stream, sample.name);
  clamp_and_normalise(normalised, out);
}

Renderer::Options renderer_options(const Experiment& experiment, const InputSpec& input) {
  Renderer::Options options;
  options.seed = static_cast<std::uint64_t>(experiment.seed);
  options.input = input;
  options.preprocessing = experiment.preprocessing;
  options.mask = experiment.dataset.mask;
  options.pixel_limit = experiment.dataset.pixel_limit;
  options.view_interpolation = interpolation_named(experiment.pipeline.interpolation);
  return options;
}

}  // namespace assay
