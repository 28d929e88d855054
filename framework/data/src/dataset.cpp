// Opening a data set: find, check, group, join, split. Each step is a file of its own; here they are put together.
#include "assay/data/dataset.h"

#include <algorithm>
#include <set>

#include "assay/hash.h"
#include "assay/printable.h"
#include "dataset_sources.h"
#include "group_join.h"
#include "image_scan.h"
#include "image_sizes.h"
#include "manifest.h"
#include "split_assignment.h"

namespace assay {
namespace fs = std::filesystem;

namespace data {
namespace {

void name_classes(const std::vector<ScannedImage>& images, const DatasetOptions& options, DatasetUse use,
                  Dataset& dataset) {
  std::set<std::string> names;
  for (const ScannedImage& r : images) names.insert(r.image.class_name);
  std::vector<Problem> problems;
  for (const auto& [class_name, folders] : options.classes) {
    if (names.contains(class_name)) continue;
    problems.emplace_back(Location{}, "dataset.classes: no image of class '" + class_name + "'" +
                                          (folders.empty() ? "" : " (" + listed(folders) + ")"));
  }
  dataset.classes.assign(names.begin(), names.end());
  if (problems.empty() && names.size() < 2 && use == DatasetUse::train) {
    problems.emplace_back(Location{},
                          "the data set has one class only, '" + dataset.classes.front() + "'; a classifier needs two");
  }
  if (options.positive && problems.empty() && !names.contains(*options.positive)) {
    problems.emplace_back(Location{}, "dataset.positive: no class '" + *options.positive + "'" +
                                          did_you_mean(*options.positive, dataset.classes));
  }
  if (!problems.empty()) throw InvalidInput(std::move(problems));
  if (options.positive)
    dataset.positive = std::ranges::find(dataset.classes, *options.positive) - dataset.classes.begin();
}

/// A manifest that knows the contents it was written for must not be used with others.
void check_contents(const std::vector<ScannedImage>& images) {
  std::vector<Problem> problems;
  for (const ScannedImage& scanned : images) {
    const std::string& expected = scanned.image.expected_hash;
    if (expected.empty() || expected == scanned.content_hash) continue;
    problems.emplace_back(scanned.image.where, scanned.image.name + " has changed: its contents have the " +
                                                   kHashColumn + " " + scanned.content_hash + ", not " + expected);
  }
  if (!problems.empty()) throw InvalidInput(std::move(problems));
}

Sample sample_of(const ScannedImage& scanned) {
  Sample sample;
  sample.path = scanned.image.path;
  sample.name = scanned.image.name;
  sample.content_hash = scanned.content_hash;
  sample.source = scanned.image.source;
  sample.values = scanned.image.values;
  sample.width = scanned.width;
  sample.height = scanned.height;
  return sample;
}

/// Moves the images for prediction only from the others to Dataset::unlabelled.
void take_unlabelled(std::vector<ScannedImage>& images, Dataset& dataset) {
  const auto first =
      std::stable_partition(images.begin(), images.end(), [](const auto& r) { return !r.image.is_unlabelled; });
  for (auto image = first; image != images.end(); ++image) dataset.unlabelled.push_back(sample_of(*image));
  images.erase(first, images.end());
  if (images.empty()) throw InvalidInput("dataset: no image has a label; all of them are for prediction only");
}

void fill_samples(const std::vector<ScannedImage>& images, const std::vector<std::int64_t>& group_of_image,
                  Dataset& dataset) {
  for (std::size_t i = 0; i < images.size(); ++i) {
    Sample sample = sample_of(images[i]);
    sample.label = std::ranges::lower_bound(dataset.classes, images[i].image.class_name) - dataset.classes.begin();
    sample.group = group_of_image[i];
    dataset.samples.push_back(std::move(sample));
  }
}

/// Samples are sorted by content, so that copies are neighbours.
void warn_of_contradictions(Dataset& dataset) {
  std::vector<std::string> names;
  for (std::size_t i = 1; i < dataset.samples.size(); ++i) {
    const Sample& a = dataset.samples[i - 1];
    const Sample& b = dataset.samples[i];
    if (a.content_hash == b.content_hash && a.label != b.label) names.push_back(a.name + " = " + b.name);
  }
  if (!names.empty())
    dataset.warnings.push_back("byte-identical, but of different classes: " + list_names(names, "pair"));
}

/// A prediction for what was trained on says nothing. Near copies among such images are not sought.
void warn_of_known_unlabelled(Dataset& dataset) {
  std::vector<std::string> names;
  for (const Sample& unlabelled : dataset.unlabelled) {
    const auto same = std::ranges::lower_bound(dataset.samples, unlabelled.content_hash, {}, &Sample::content_hash);
    if (same == dataset.samples.end() || same->content_hash != unlabelled.content_hash) continue;
    names.push_back(unlabelled.name + " = " + same->name + " in " + split_name(same->split));
  }
  if (!names.empty())
    dataset.warnings.push_back("for prediction only, but byte-identical to a labelled image: " +
                               list_names(names, "image"));
}

/// Of which contents are in which split; copies count once.
std::string fingerprint_of_splits(const Dataset& dataset) {
  Sha256 splits;
  std::string last;
  for (const Sample& sample : dataset.samples) {
    if (sample.content_hash != last) splits.update(sample.content_hash + ' ' + split_name(sample.split) + '\n');
    last = sample.content_hash;
  }
  return splits.finish();
}

}  // namespace
}  // namespace data

std::vector<std::int64_t> Dataset::of_split(Split split) const {
  std::vector<std::int64_t> positions;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (samples[i].split == split) positions.push_back(static_cast<std::int64_t>(i));
  }
  return positions;
}

std::string fingerprint_of(const Dataset& dataset) {
  Sha256 contents;
  for (const Sample& sample : dataset.samples) {
    contents.update(sample.content_hash + '\0' + dataset.classes[static_cast<std::size_t>(sample.label)] + '\0' +
                    dataset.groups[static_cast<std::size_t>(sample.group)] + '\n');
  }
  return contents.finish();
}

Dataset open_dataset(const DatasetOptions& options, const fs::path& cache, const Progress& progress, DatasetUse use) {
  Dataset dataset;
  data::FoundImages found = data::find_images(options, cache, progress);
  dataset.sources = std::move(found.sources);
  dataset.columns = std::move(found.columns);
  dataset.groups_are = found.groups_are;
  dataset.warnings = std::move(found.warnings);
  if (use == DatasetUse::train) {
    dataset.warnings.insert(dataset.warnings.end(), found.warnings_of_splits.begin(), found.warnings_of_splits.end());
  }
  data::ScanMemory memory(cache, data::common_folder(found));
  std::vector<data::ScannedImage> images = data::scan_images(found, options, memory, progress, dataset);
  data::check_contents(images);
  data::take_unlabelled(images, dataset);
  data::name_classes(images, options, use, dataset);
  data::fill_samples(images, data::join_groups(images, options, use, memory, progress, dataset), dataset);
  data::note_sizes(dataset);
  data::warn_of_contradictions(dataset);
  if (use == DatasetUse::judge) {
    for (Sample& sample : dataset.samples) sample.split = Split::test;
  } else {
    data::assign_splits(images, options, dataset);
  }
  data::warn_of_known_unlabelled(dataset);
  dataset.fingerprint = fingerprint_of(dataset);
  dataset.split_fingerprint = data::fingerprint_of_splits(dataset);
  return dataset;
}

std::vector<fs::path> images_for_prediction(const DatasetOptions& options, const fs::path& cache) {
  std::vector<fs::path> images;
  for (const data::FoundImage& image : data::find_images(options, cache, {}).images) {
    if (image.is_unlabelled) images.push_back(image.path);
  }
  return images;
}

}  // namespace assay
