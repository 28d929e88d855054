#include "assay/data/renderer.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>

#include "fixed_crop.h"
#include "fused_pass.h"
#include "mask.h"
#include "packed_cache.h"
#include "parallel.h"
#include "picture.h"
#include "plain_resize.h"
#include "prepared_picture.h"
#include "sample_file.h"
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

float clamped_and_scaled(float level, const data::Target& target, std::size_t channel) {
  return std::clamp(level, 0.0F, 255.0F) * target.scale[channel] + target.offset[channel];
}

void write_number(float number, float& out) { out = number; }

/// The nearest bfloat16, ties to even. The number is finite.
void write_number(float number, std::uint16_t& out) {
  const auto bits = std::bit_cast<std::uint32_t>(number);
  out = static_cast<std::uint16_t>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

/// The last of fused_pass's steps, for levels that a plugin has edited.
template <typename Number>
void clamp_and_normalise(std::span<const float> levels, const data::Target& target, std::span<Number> out) {
  for (std::size_t i = 0; i < levels.size(); ++i) write_number(clamped_and_scaled(levels[i], target, i % 3), out[i]);
}

/// Augmentations that edit pixels are given levels as they are.
data::Target without_scaling(data::Target target) {
  target.scale = {1, 1, 1};
  target.offset = {0, 0, 0};
  return target;
}

bool lacks_side(const std::optional<FixedCropOptions>& crop) {
  return data::needs_foreground(crop) && crop->keep_scale && !crop->side;
}

data::Box read_foreground(const Sample& sample, std::span<const MaskOptions> mask, double pixel_limit) {
  data::Picture picture = data::decode_sample(sample, pixel_limit);
  data::apply_mask(picture, mask);
  return data::foreground_of(picture);
}

/// A picture's pixels: of the pack, or decoded for this one use.
class Source {
 public:
  Source(const Sample& sample, const Renderer::Options& options) {
    const auto& crop = options.preprocessing.crop;
    if (options.pack && options.pack->find(sample.content_hash, mapped_)) {
      stored_ = mapped_.stored;
      stored_.box = data::fixed_crop(stored_.width, stored_.height, crop, mapped_.foreground);
      return;
    }
    decoded_ = data::prepare_picture(data::decode_sample(sample, options.pixel_limit),
                                     {options.mask, options.stored_size, data::needs_foreground(crop)});
    stored_ = decoded_->stored(crop);
  }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  const data::StoredPicture& stored() const { return stored_; }

  /// A pack holds all levels; a decoded picture's are made as they are needed.
  void make_levels(std::int64_t count) {
    if (!decoded_) return;
    decoded_->levels.make_levels(count);
    stored_.levels = decoded_->levels.stored().levels;
  }

 private:
  MappedPicture mapped_;
  std::optional<data::PreparedPicture> decoded_;
  data::StoredPicture stored_;
};

View view_of(const data::StoredPicture& stored) {
  View view(stored.width, stored.height, stored.mean);
  view.crop(stored.box.left, stored.box.top, stored.box.width, stored.box.height);
  return view;
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
                                  std::span<const MaskOptions> mask, double pixel_limit, const PackedCache* pack) {
  if (!lacks_side(options.crop)) return options;
  const std::vector<std::int64_t> training = dataset.of_split(Split::train);
  std::vector<double> sides(training.size());
  data::for_each_in_parallel(static_cast<std::int64_t>(training.size()), 0, [&](std::int64_t i) {
    const Sample& sample = dataset.samples[static_cast<std::size_t>(training[static_cast<std::size_t>(i)])];
    std::optional<data::Box> foreground;
    if (pack != nullptr) foreground = pack->foreground_of(sample.content_hash);
    if (!foreground) foreground = read_foreground(sample, mask, pixel_limit);
    sides[static_cast<std::size_t>(i)] = data::side_around(*foreground, options.crop->margin);
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
  render_as(sample, request, out);
}

void Renderer::render(const Sample& sample, const Request& request, std::span<std::uint16_t> out) const {
  render_as(sample, request, out);
}

template <typename Number>
void Renderer::render_as(const Sample& sample, const Request& request, std::span<Number> out) const {
  Source source(sample, options_);
  const AugmentationChain& chain = options_.augmentations;
  if (!request.augmented || chain.empty()) {
    data::resize_plain(source.stored(), target_of(options_.input, options_.input.interpolation), out);
    return;
  }
  View view = view_of(source.stored());
  const StreamName stream{options_.seed, request.epoch, static_cast<std::uint32_t>(request.sample), request.draw, 0};
  const AugmentationChain::Drawn drawn = chain.sample(view, stream, sample.name);
  const data::Target target = target_of(options_.input, options_.view_interpolation);
  source.make_levels(data::levels_needed(source.stored(), view, target.size));
  if (!drawn.has_pixels) {
    data::fused_pass(source.stored(), view, target, out);
    return;
  }
  thread_local std::vector<float> levels;
  levels.resize(out.size());
  data::fused_pass(source.stored(), view, without_scaling(target), std::span<float>(levels));
  chain.apply(drawn, {levels, target.size}, stream, sample.name);
  clamp_and_normalise<Number>(levels, target, out);
}

Renderer::Options renderer_options(const Experiment& experiment, const InputSpec& input) {
  Renderer::Options options;
  options.seed = static_cast<std::uint64_t>(experiment.seed);
  options.input = input;
  options.preprocessing = experiment.preprocessing;
  options.mask = experiment.dataset.mask;
  options.pixel_limit = experiment.dataset.pixel_limit;
  options.stored_size = experiment.pipeline.stored_size;
  options.pixel_type = experiment.pipeline.dtype == "bfloat16" ? PixelType::bfloat16 : PixelType::float32;
  options.view_interpolation = interpolation_named(experiment.pipeline.interpolation);
  return options;
}

}  // namespace assay
