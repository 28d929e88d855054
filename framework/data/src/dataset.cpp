// Opening a data set: find, check, group, join, split. Each step is a file of its own; here they are put together.
#include "assay/data/dataset.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <numeric>
#include <set>

#include "assay/hash.h"
#include "dataset_sources.h"
#include "group_join.h"
#include "group_split.h"
#include "grouping.h"
#include "image_scan.h"

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
    std::string listed;
    for (const std::string& folder : folders) listed += (listed.empty() ? "" : ", ") + folder;
    problems.emplace_back(Location{}, "dataset.classes: no image of class '" + class_name + "'" +
                                          (listed.empty() ? "" : " (" + listed + ")"));
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

void fill_samples(const std::vector<ScannedImage>& images, const std::vector<std::int64_t>& group_of_image,
                  Dataset& dataset) {
  for (std::size_t i = 0; i < images.size(); ++i) {
    const FoundImage& image = images[i].image;
    const auto label = std::ranges::lower_bound(dataset.classes, image.class_name) - dataset.classes.begin();
    dataset.samples.push_back(
        {image.path, image.name, label, group_of_image[i], Split::train, images[i].content_hash, 0, {}});
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

std::vector<GroupContents> contents_of_groups(const Dataset& dataset) {
  std::vector<GroupContents> groups;
  for (const std::string& name : dataset.groups)
    groups.push_back({name, {}, std::vector<std::int64_t>(dataset.classes.size(), 0)});
  for (std::size_t i = 0; i < dataset.samples.size(); ++i) {
    const Sample& sample = dataset.samples[i];
    GroupContents& group = groups[static_cast<std::size_t>(sample.group)];
    // Copies count once, else copying files would move groups between splits. They are neighbours and in one group.
    if (!group.hashes.empty() && group.hashes.back() == sample.content_hash) continue;
    group.hashes.push_back(sample.content_hash);
    ++group.images[static_cast<std::size_t>(sample.label)];
  }
  return groups;
}

void draw_splits(const SplitOptions& options, Dataset& dataset) {
  const std::vector<Split> of_group = split_by_group(contents_of_groups(dataset), dataset.classes, options);
  for (Sample& sample : dataset.samples) sample.split = of_group[static_cast<std::size_t>(sample.group)];
}

void check_given_splits(const Dataset& dataset) {
  std::vector<Problem> problems;
  std::map<std::int64_t, const Sample*> first_of_group;
  std::set<std::int64_t> reported;
  for (const Sample& sample : dataset.samples) {
    const Sample* first = first_of_group.emplace(sample.group, &sample).first->second;
    if (first->split == sample.split || !reported.insert(sample.group).second) continue;
    problems.emplace_back(Location{}, "group '" + dataset.groups[static_cast<std::size_t>(sample.group)] +
                                          "' is in two splits: " + first->name + " in " + split_name(first->split) +
                                          ", " + sample.name + " in " + split_name(sample.split));
  }
  for (const Split split : {Split::train, Split::validation, Split::test}) {
    std::set<std::int64_t> present;
    for (const std::int64_t i : dataset.of_split(split))
      present.insert(dataset.samples[static_cast<std::size_t>(i)].label);
    if (present.empty())
      problems.emplace_back(Location{}, std::string("dataset.split: no image is in ") + split_name(split));
    for (std::size_t k = 0; k < dataset.classes.size() && !present.empty(); ++k) {
      if (present.contains(static_cast<std::int64_t>(k))) continue;
      problems.emplace_back(Location{},
                            "dataset.split: class '" + dataset.classes[k] + "' has no image in " + split_name(split));
    }
  }
  if (!problems.empty()) throw InvalidInput(std::move(problems));
}

void take_given_splits(const std::vector<ScannedImage>& images, Dataset& dataset) {
  for (std::size_t i = 0; i < images.size(); ++i) dataset.samples[i].split = *images[i].image.split;
  check_given_splits(dataset);
}

void fingerprint(Dataset& dataset) {
  Sha256 contents;
  Sha256 splits;
  std::string last;
  for (const Sample& sample : dataset.samples) {
    contents.update(sample.content_hash + '\0' + dataset.classes[static_cast<std::size_t>(sample.label)] + '\0' +
                    dataset.groups[static_cast<std::size_t>(sample.group)] + '\n');
    if (sample.content_hash != last) splits.update(sample.content_hash + ' ' + split_name(sample.split) + '\n');
    last = sample.content_hash;
  }
  dataset.fingerprint = contents.finish();
  dataset.split_fingerprint = splits.finish();
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

Dataset open_dataset(const DatasetOptions& options, const fs::path& cache, const Progress& progress, DatasetUse use) {
  Dataset dataset;
  data::FoundImages found = data::find_images(options, cache, progress);
  data::assign_groups(found, options.group);
  dataset.warnings = std::move(found.warnings);
  const std::vector<data::ScannedImage> images = data::scan_images(found, options, progress, dataset);
  data::name_classes(images, options, use, dataset);
  data::fill_samples(images, data::join_groups(images, dataset), dataset);
  data::warn_of_contradictions(dataset);
  if (use == DatasetUse::judge) {
    for (Sample& sample : dataset.samples) sample.split = Split::test;
  } else if (const SplitOptions* shares = std::get_if<SplitOptions>(&options.split)) {
    data::draw_splits(*shares, dataset);
  } else {
    data::take_given_splits(images, dataset);
  }
  data::fingerprint(dataset);
  return dataset;
}

fs::path cache_folder() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  if (const std::string given = variable("ASSAY_CACHE"); !given.empty()) return fs::absolute(given);
  if (const std::string given = variable("XDG_CACHE_HOME"); !given.empty()) return fs::path(given) / "assay";
  if (const std::string home = variable("HOME"); !home.empty()) return fs::path(home) / ".cache" / "assay";
  throw InvalidInput("there is no folder for caches: set ASSAY_CACHE, XDG_CACHE_HOME or HOME");
}

}  // namespace assay
