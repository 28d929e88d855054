// From a sample to the pixels of a network's input: read, mask, fixed crop, augmented view, one resample, normalise.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "assay/data/augmentation_chain.h"
#include "assay/data/dataset.h"
#include "assay/data/input.h"
#include "assay/experiment.h"
#include "assay/plugin_host.h"

namespace assay {

/// Decoded pictures in a mapped file (packed_cache.h).
class PackedCache;

/// Which picture of a sample is wanted.
struct Request {
  std::int64_t sample = 0;  ///< position in Dataset::samples
  bool augmented = false;   ///< false: the plain picture that evaluation sees; the other fields are not used
  std::uint32_t epoch = 0;  ///< epoch, or the number of the view when views repeat
  std::uint16_t draw = 0;   ///< how often the sample occurred in the epoch before
};

/// The experiment's [preprocessing] with what it leaves open taken from the weights' expectations. Throws InvalidInput
/// for lists of another length than three and for a std that is not above 0.
InputSpec resolve_input(const PreprocessingOptions& options, const InputSpec& expected);

/// The preprocessing with the side of a foreground crop that keeps the scale filled in where it is needed and not
/// given: what the largest foreground of the training split needs, margin included. A pack knows the foregrounds; of
/// pictures that aren't in it, files are read, in parallel. Throws Failure naming a picture that can't be read or has
/// changed since the data set was opened.
PreprocessingOptions measure_crop(PreprocessingOptions options, const Dataset& dataset,
                                  std::span<const MaskOptions> mask, double pixel_limit,
                                  const PackedCache* pack = nullptr);

/// How a batch's pixels are stored.
enum class PixelType : std::uint8_t {
  float32,   ///< IEEE 754
  bfloat16,  ///< its upper half: 8 of 24 bits of the fraction
};

/// Renders pictures of files, decoded ones from a pack where there is one, with the same bytes as without. Stateless
/// after construction; called from any thread, with the same bytes from each.
///
/// The plain picture is the whole source, or the fixed crop, brought to size x size by Pillow's antialiased filters;
/// sides that differ are stretched. InputSpec::crop_fraction is not applied: a cell at the border of its picture would
/// lose its edge. An augmented picture is looked up once for each pixel through the composed view, bilinearly or
/// bicubically (view_interpolation), in area-averaged copies of the source at half, a quarter, ... of its size where
/// the view shrinks it: the level is log2 of the view's larger singular value, blended between the two nearest. Points
/// outside the source have the median colour of its border, or what an augmentation filled in (View::set_fill). The
/// averaged copies are rounded to 8 bits, as is a picture that pipeline.stored_size reduces; from the look-up to the
/// normalised number nothing is. Without augmentations an augmented picture is the plain one.
class Renderer {
 public:
  /// What a Renderer is made from.
  struct Options {
    std::uint64_t seed = 0;                                      ///< of the views
    InputSpec input;                                             ///< what the network expects
    PreprocessingOptions preprocessing;                          ///< with the side of a crop that keeps the scale
    std::vector<MaskOptions> mask;                               ///< hidden in every picture
    double pixel_limit = 100e6;                                  ///< largest width x height
    std::optional<std::int64_t> stored_size;                     ///< longer side that pictures are reduced to first
    PixelType pixel_type = PixelType::float32;                   ///< of batches that a Loader makes
    std::shared_ptr<const PackedCache> pack;                     ///< decoded pictures; nullptr: decoded each time
    Interpolation view_interpolation = Interpolation::bilinear;  ///< of augmented pictures
    AugmentationChain augmentations;                             ///< in order
  };

  /// Throws InvalidInput for a crop that keeps the scale when its side is not given: measure_crop finds it.
  explicit Renderer(Options options);

  std::int64_t size() const { return options_.input.size; }  ///< pixels on a side

  /// Writes size x size x 3 floats (rows, columns, RGB; normalised) into out. Throws Failure naming the file when it
  /// can't be read any more or isn't the one any more that the data set was opened with (Sample::content_hash, where
  /// there is one), and naming the augmentation when it throws or makes a view that is not finite.
  void render(const Sample& sample, const Request& request, std::span<float> out) const;
  /// The same numbers in bfloat16, each as its 16 bits (the upper half of a float's), rounded to the nearest, ties to
  /// even. Throws as the other does.
  void render(const Sample& sample, const Request& request, std::span<std::uint16_t> out) const;

  /// Of the batches that a Loader makes with this renderer.
  PixelType pixel_type() const { return options_.pixel_type; }

  /// What augmentations do in this renderer's pictures.
  const AugmentationChain& augmentations() const { return options_.augmentations; }

 private:
  template <typename Number>
  void render_as(const Sample& sample, const Request& request, std::span<Number> out) const;

  Options options_;
};

/// What an experiment says of its pictures, for inputs like these; without augmentations.
Renderer::Options renderer_options(const Experiment& experiment, const InputSpec& input);

}  // namespace assay
