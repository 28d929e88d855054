// From a sample to the pixels of a network's input: read, mask, fixed crop, augmented view, one resample, normalise.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "assay/data/augmentation.h"
#include "assay/data/dataset.h"
#include "assay/data/input.h"
#include "assay/experiment.h"

namespace assay {

/// Which picture of a sample is wanted.
struct Request {
  std::int64_t sample = 0;  ///< position in Dataset::samples
  bool augmented = false;   ///< false: the plain picture that evaluation sees; the other fields are not used
  std::uint32_t epoch = 0;  ///< epoch, or the number of the view when views repeat
  std::uint16_t draw = 0;   ///< how often the sample occurred in the epoch before
};

/// The experiment's [preprocessing] with what it leaves open taken from the weights' expectations.
InputSpec resolve_input(const PreprocessingOptions& options, const InputSpec& expected);

/// Renders pictures of files. Stateless after construction; called from any thread, with the same bytes from each.
class Renderer {
 public:
  struct Options {
    std::uint64_t seed = 0;
    InputSpec input;
    PreprocessingOptions preprocessing;
    std::vector<MaskOptions> mask;
    double pixel_limit = 100e6;
    std::vector<std::shared_ptr<Augmentation>> augmentations;  ///< in order
  };

  explicit Renderer(Options options);

  std::int64_t size() const { return options_.input.size; }

  /// Writes size x size x 3 floats (rows, columns, RGB; normalised) into out. Throws Failure naming the file when it can't
  /// be read any more, and naming the augmentation when it throws or makes a view that is not finite.
  void render(const Sample& sample, const Request& request, std::span<float> out) const;

 private:
  Options options_;
};

}  // namespace assay
