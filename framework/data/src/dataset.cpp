// Opening a data set: find, check, group, join, split. Each step is a file of its own; here they are put together.
#include "assay/data/dataset.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <numeric>
#include <set>

#include "assay/hash.h"
#include "demo_set.h"
#include "file_check.h"
#include "found_images.h"
#include "group_split.h"
#include "grouping.h"

namespace assay {
namespace fs = std::filesystem;

namespace data {
namespace {

FoundImages find_demo(const DatasetOptions& options, const fs::path& cache, const ClassRule& rule,
                      const Progress& progress) {
  FoundImages found = find_in_folder(demo_folder(options.demo, cache, 0, progress), rule);
  if (options.group) return found;
  // The demo set's patients are in its names.
  assign_groups(found, GroupOptions{"UID_(\\d+)_", {}, {}, {}});
  found.has_groups = true;
  return found;
}

bool is_csv(const fs::path& path) {
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending == ".csv";
}

FoundImages find_images(const DatasetOptions& options, const fs::path& cache, const Progress& progress) {
  const ClassRule rule(options.classes);
  const std::string* column = std::get_if<std::string>(&options.split);
  const fs::path path = fs::absolute(options.path).lexically_normal();
  std::error_code error;
  const bool is_demo = options.path == "demo";
  const bool is_folder = !is_demo && fs::is_directory(path, error);
  if (column != nullptr && (is_demo || is_folder)) {
    throw InvalidInput("dataset.split: \"" + *column + "\" names a column, but dataset.path is no CSV manifest");
  }
  if (is_demo) return find_demo(options, cache, rule, progress);
  if (is_folder) return find_in_folder(path, rule);
  if (!fs::exists(path, error)) {
    throw InvalidInput("dataset.path: " + path.string() +
                       " does not exist; give a folder, a CSV manifest, or \"demo\"");
  }
  if (!is_csv(path)) throw InvalidInput("dataset.path: " + path.string() + " is neither a folder nor a .csv file");
  return find_in_manifest(path, rule, options.group ? options.group->column : std::nullopt,
                          column == nullptr ? std::nullopt : std::optional(*column));
}

/// The reasons, as problems with the file for a place; a long list is cut.
[[noreturn]] void throw_bad_images(const std::vector<std::pair<std::string, std::string>>& bad, std::size_t of) {
  constexpr std::size_t kListed = 100;
  std::vector<Problem> problems;
  for (std::size_t i = 0; i < std::min(bad.size(), kListed); ++i) {
    problems.emplace_back(Location{}, bad[i].first + " " + bad[i].second);
  }
  const std::string cut = bad.size() > kListed ? " (the first " + std::to_string(kListed) + " are listed)" : "";
  problems.emplace_back(Location{},
                        std::to_string(bad.size()) + " of " + std::to_string(of) + " images can't be used" + cut +
                            "; mend or remove them, or set dataset.on_bad_image = \"skip\" to leave them out");
  throw InvalidInput(std::move(problems));
}

/// An image that was found and read.
struct Readable {
  FoundImage image;
  std::string content_hash;
};

std::vector<Readable> check_images(FoundImages& found, const DatasetOptions& options, const Progress& progress,
                                   Dataset& dataset) {
  std::vector<fs::path> files;
  for (const FoundImage& image : found.images) files.push_back(image.path);
  const std::vector<FileCheck> checks = check_files(files, options.pixel_limit, 0, progress);
  std::vector<std::pair<std::string, std::string>> bad;
  std::vector<std::string> misnamed;
  std::vector<Readable> readable;
  for (std::size_t i = 0; i < checks.size(); ++i) {
    FoundImage& image = found.images[i];
    if (!checks[i].problem.empty()) {
      bad.emplace_back(image.where.line > 0 ? image.where.text() + ": " + image.name : image.path.string(),
                       checks[i].problem);
      dataset.skipped.push_back(image.name + " " + checks[i].problem);
      continue;
    }
    if (checks[i].misnamed) misnamed.push_back(image.name);
    readable.push_back({std::move(image), checks[i].content_hash});
  }
  if (!bad.empty() && options.on_bad_image != "skip") throw_bad_images(bad, checks.size());
  if (readable.empty()) throw InvalidInput("dataset.path: " + options.path + ": none of the images can be read");
  if (!bad.empty()) {
    dataset.warnings.push_back("left out, because they can't be read: " + list_names(dataset.skipped, "image"));
  }
  if (!misnamed.empty()) {
    dataset.warnings.push_back("the contents are of another format than the name's ending says (read all the same): " +
                               list_names(misnamed, "image"));
  }
  std::ranges::sort(readable, {}, [](const Readable& r) { return std::tie(r.content_hash, r.image.name); });
  return readable;
}

void name_classes(const std::vector<Readable>& images, const DatasetOptions& options, Dataset& dataset) {
  std::set<std::string> names;
  for (const Readable& r : images) names.insert(r.image.class_name);
  std::vector<Problem> problems;
  for (const auto& [class_name, folders] : options.classes) {
    if (names.contains(class_name)) continue;
    std::string listed;
    for (const std::string& folder : folders) listed += (listed.empty() ? "" : ", ") + folder;
    problems.emplace_back(Location{}, "dataset.classes: no image of class '" + class_name + "'" +
                                          (listed.empty() ? "" : " (" + listed + ")"));
  }
  dataset.classes.assign(names.begin(), names.end());
  if (problems.empty() && names.size() < 2) {
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

void fill_samples(const std::vector<Readable>& images, const JoinedGroups& groups, Dataset& dataset) {
  for (std::size_t i = 0; i < images.size(); ++i) {
    const FoundImage& image = images[i].image;
    const auto label = std::ranges::lower_bound(dataset.classes, image.class_name) - dataset.classes.begin();
    dataset.samples.push_back(
        {image.path, image.name, label, groups.of_image[i], Split::train, images[i].content_hash});
  }
}

void join_groups(const std::vector<Readable>& images, Dataset& dataset) {
  std::vector<std::string> groups;
  std::vector<std::string> hashes;
  for (const Readable& r : images) {
    groups.push_back(r.image.group);
    hashes.push_back(r.content_hash);
  }
  const JoinedGroups joined = join_identical(groups, hashes);
  dataset.groups = joined.names;
  dataset.identical_images = joined.identical_images;
  fill_samples(images, joined, dataset);
  if (!joined.joined.empty()) {
    dataset.warnings.push_back("joined, because byte-identical images lie in several of them: " +
                               list_names(joined.joined, "group"));
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

void take_given_splits(const std::vector<Readable>& images, Dataset& dataset) {
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

Dataset open_dataset(const DatasetOptions& options, const fs::path& cache, const Progress& progress) {
  Dataset dataset;
  data::FoundImages found = data::find_images(options, cache, progress);
  data::assign_groups(found, options.group);
  dataset.warnings = std::move(found.warnings);
  const std::vector<data::Readable> images = data::check_images(found, options, progress, dataset);
  data::name_classes(images, options, dataset);
  data::join_groups(images, dataset);
  data::warn_of_contradictions(dataset);
  if (const SplitOptions* shares = std::get_if<SplitOptions>(&options.split)) {
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
