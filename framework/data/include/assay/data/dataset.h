// A data set on disk: its images, classes, groups and splits. Pictures are read by the renderer.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "assay/cache_files.h"
#include "assay/experiment.h"

namespace assay {

/// What an image is for.
enum class Split : std::uint8_t { train, validation, test };

/// "train", "validation" or "test".
inline const char* split_name(Split split) {
  return split == Split::train ? "train" : split == Split::validation ? "validation" : "test";
}

/// One image.
struct Sample {
  std::filesystem::path path;       ///< absolute
  std::string name;                 ///< relative to the data set, with '/': what messages and predictions show
  std::int64_t label = 0;           ///< index into Dataset::classes
  std::int64_t group = 0;           ///< index into Dataset::groups
  Split split = Split::train;       ///< it belongs to
  std::string content_hash;         ///< of the file's bytes, hexadecimal
  std::int64_t source = 0;          ///< index into Dataset::sources
  std::vector<std::string> values;  ///< one for each of Dataset::columns; empty where its source has no such column
  std::int64_t width = 0;           ///< pixels, as stored in the file
  std::int64_t height = 0;          ///< pixels, as stored in the file
};

/// Two images that show the same.
struct CopyPair {
  std::int64_t first = 0;      ///< index into Dataset::samples
  std::int64_t second = 0;     ///< index into Dataset::samples, above first
  bool identical = false;      ///< byte for byte; otherwise a near copy, saved again
  double mean_difference = 0;  ///< of a near copy: levels of 255, over the foreground that both share
  std::string turned;          ///< how the second lies: empty, or "turned by 90 degrees, mirrored"
};

/// A group that joining made of several.
struct JoinedGroup {
  std::int64_t group = 0;            ///< index into Dataset::groups
  std::vector<std::string> members;  ///< names of the groups it was made of, in alphabetical order
  std::vector<CopyPair> pairs;       ///< the pairs across members that joined them
};

/// The images of an experiment, sorted by content and name, never by the order of the file system.
struct Dataset {
  std::vector<std::string> classes;   ///< in alphabetical order
  std::int64_t positive = -1;         ///< index of the positive class; -1 when not given
  std::vector<std::string> groups;    ///< names, in alphabetical order; a joined group is "H2+H6"
  std::vector<std::string> sources;   ///< names of the places that images come from
  std::vector<std::string> columns;   ///< further columns of manifests, in alphabetical order
  std::vector<Sample> samples;        ///< all labelled images, whatever their split
  std::vector<Sample> unlabelled;     ///< of sources for prediction only: no label, group or split
  std::int64_t identical_images = 0;  ///< images whose bytes another image has too
  std::vector<CopyPair> near_copies;  ///< pairs found by pixels, in order; of identical images the first stands for all
  std::vector<JoinedGroup> joined;    ///< groups that copies joined, in order
  std::vector<std::int64_t> tiny;     ///< indices into samples: a side below 32 pixels
  std::vector<std::int64_t> odd;      ///< indices into samples: of another size than the rest
  std::vector<std::string> skipped;   ///< bad images left out, each with its reason (on_bad_image = "skip")
  std::vector<std::string> warnings;  ///< what the user should know, one sentence each
  std::string groups_are;             ///< "patients", "blocks" of neighbouring files, "images", or of several "groups"
  std::string fingerprint;            ///< as fingerprint_of says
  std::string split_fingerprint;      ///< of which contents are in which split

  /// Positions in samples of a split, in order.
  std::vector<std::int64_t> of_split(Split split) const;
};

/// Of contents, classes and groups: equal for the same images however they are named or laid out. 64 hexadecimal
/// digits.
std::string fingerprint_of(const Dataset& dataset);

/// Told how far a long part of the work is: ("drawing the demo set", 120, 600). Called from any thread, once for each
/// image.
using Progress = std::function<void(const char* what, std::int64_t done, std::int64_t total)>;

/// What a data set is opened for.
enum class DatasetUse : std::uint8_t {
  train,  ///< to train and judge: classes, splits and what each must hold are checked
  judge,  ///< to judge a model made elsewhere: no split is drawn, all samples are `test`, one class is enough
};

/// Finds, reads, hashes, groups and splits the images of an experiment. Each is decoded once, to find damage and
/// copies; what was found is kept in cache and holds while the file does not change. cache also holds the rendered demo
/// set; empty: nothing is kept.
/// Throws InvalidInput listing all that is wrong: a missing folder, an empty class or split, a class missing from a
/// split, images without a group, images that can't be read, a group in two given splits.
Dataset open_dataset(const DatasetOptions& options, const std::filesystem::path& cache, const Progress& progress = {},
                     DatasetUse use = DatasetUse::train);

/// The images of sources for prediction only (split = "none"), in order, without looking into them. cache as above.
/// Throws InvalidInput for a place that is missing or holds no image.
std::vector<std::filesystem::path> images_for_prediction(const DatasetOptions& options,
                                                         const std::filesystem::path& cache);

}  // namespace assay
