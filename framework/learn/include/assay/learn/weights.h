// Pretrained weights: finding the file, checking it, and putting its tensors into a backbone, strictly.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "assay/learn/backbone.h"
#include "assay/tensor_file.h"

namespace assay {

/// Which weights a backbone starts from, and what is known of them; recorded with the run.
struct WeightChoice {
  std::string name;            ///< "none", "imagenet", or "file" for a file the user gave
  std::filesystem::path file;  ///< absolute; empty for "none"
  std::string sha256;          ///< of the file; empty for "none"
  std::string source;          ///< empty unless the file is a known one
  std::string licence;         ///< empty unless the file is a known one
  InputSpec input;             ///< the known file's, else the backbone's default
};

/// Where known weights are looked for: the folders in ASSAY_WEIGHTS_PATH (separated by ':'), then
/// ../share/assay/weights from the folder of the executable.
std::vector<std::filesystem::path> weight_folders();

/// Turns backbone.weights of an experiment file into a choice: "none", the name of known weights, or a file. A file
/// whose hash is that of known weights is taken as those. Throws InvalidInput when a known file is nowhere (where it
/// was looked for, how to get it), has another hash, or the name is neither known nor a file (what is known).
WeightChoice choose_weights(const Backbone& backbone, const std::string& weights,
                            std::span<const std::filesystem::path> folders);
/// The same, in weight_folders().
WeightChoice choose_weights(const Backbone& backbone, const std::string& weights);

/// Copies a file's tensors into the backbone. Every tensor of the backbone must be there in its shape, every tensor of
/// the file must be used, but for: the classifier that the layout leaves out, and num_batches_tracked, which old files
/// lack. Throws InvalidInput that lists all missing, unexpected and misshapen tensors; the backbone is unchanged then.
void load_weights(Backbone& backbone, const TensorFile& file);

/// initialise() from the seed for "none", else load_weights. The file is hashed again when it is opened.
void set_weights(Backbone& backbone, const WeightChoice& choice, std::uint64_t seed);

}  // namespace assay
