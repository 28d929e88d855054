#include "dataset_sources.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <set>

#include "demo_set.h"
#include "grouping.h"
#include "manifest.h"

namespace assay::data {
namespace fs = std::filesystem;

namespace {

/// dataset.path and [[dataset.source]] are read alike: as one of several places, or as the only one.
struct Source {
  std::string key;  ///< what messages call it
  std::string name;
  SourceOptions options;
  std::optional<GroupOptions> group;  ///< its own rule, else the data set's
  bool is_demo = false;

  bool is_unlabelled() const { return options.split == "none"; }
};

std::vector<Source> sources_of(const DatasetOptions& options) {
  std::vector<Source> sources;
  for (const SourceOptions& source : options.source) {
    const std::string name = name_of(source);
    const bool has_own_rule = source.group.has_value();
    sources.push_back({"dataset.source '" + name + "'", name, source, has_own_rule ? source.group : options.group});
  }
  if (options.path) {
    SourceOptions only;
    only.path = *options.path;
    sources.push_back({"dataset.path", name_of(only), only, options.group, *options.path == "demo"});
  }
  if (sources.empty()) throw InvalidInput("dataset: give a path or sources");
  return sources;
}

FoundImages find_demo(const DatasetOptions& options, const fs::path& cache, const ClassRule& rule,
                      const Progress& progress) {
  FoundImages found = find_in_folder(demo_folder(options.demo, cache, 0, progress), rule, "dataset.path");
  if (options.group) return found;
  // The demo set's patients are in its names.
  assign_groups(found, GroupOptions{"UID_(\\d+)_", {}, {}, {}}, "dataset.group");
  return found;
}

bool is_csv(const fs::path& path) {
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending == ".csv";
}

/// What the columns of a source's manifest mean. A column named by the source comes before the rule of all sources.
ManifestSource manifest_of(const Source& source, const fs::path& file, const std::string* split_column) {
  const ColumnOptions& columns = source.options.columns;
  ManifestSource manifest;
  manifest.file = file;
  manifest.key = source.key;
  manifest.folder = source.options.folder ? fs::absolute(*source.options.folder) : file.parent_path();
  manifest.is_unlabelled = source.is_unlabelled();
  manifest.path_column = columns.path;
  manifest.label_column = columns.label;
  manifest.labels = source.options.labels;
  const bool has_rule = source.group.has_value();
  if (columns.group) {
    if (has_rule && (source.group->folder || source.group->block)) {
      throw InvalidInput(source.key + ": columns.group names the group, and so does the rule " +
                         (source.group->folder ? "folder" : "block") + "; give the source group = { column = \"" +
                         *columns.group + "\" } instead");
    }
    manifest.group_column = columns.group;
    manifest.is_group_text = has_rule && source.group->pattern.has_value();
  } else if (has_rule) {
    manifest.group_column = source.group->column;
    manifest.ignores_groups = !source.group->column;
  }
  if (split_column != nullptr && !source.options.split) manifest.split_column = *split_column;
  return manifest;
}

FoundImages find_manifest(const Source& source, const fs::path& file, const ClassRule& rule,
                          const std::string* split_column) {
  FoundImages found = find_in_manifest(manifest_of(source, file, split_column), rule);
  const bool is_drawn = split_column == nullptr && !source.options.split;
  if (is_drawn && std::ranges::count(found.columns, "split") > 0) {
    found.warnings.push_back("the manifest's column 'split' is not used; dataset.split = \"split\" would use it");
  }
  return found;
}

void refuse_column_rule(const Source& source) {
  if (source.is_unlabelled() || !source.group || !source.group->column) return;
  throw InvalidInput("dataset.group.column: only a CSV manifest has columns, and " + source.key + " is " +
                     (source.is_demo ? "the demo set" : "a folder"));
}

/// The images of one source, before their groups are assigned.
FoundImages list_images(const Source& source, const DatasetOptions& options, const ClassRule& rule,
                        const fs::path& cache, const Progress& progress) {
  const fs::path path = fs::absolute(source.options.path).lexically_normal();
  std::error_code error;
  const bool is_folder = !source.is_demo && fs::is_directory(path, error);
  const auto* split_column = std::get_if<std::string>(&options.split);
  if (split_column != nullptr && !source.options.split && (source.is_demo || is_folder)) {
    throw InvalidInput("dataset.split: \"" + *split_column + "\" names a column, but " + source.key +
                       " is no CSV manifest");
  }
  if (source.is_demo || is_folder) refuse_column_rule(source);
  if (source.is_demo) return find_demo(options, cache, rule, progress);
  if (is_folder) {
    return source.is_unlabelled() ? find_unlabelled(path, source.key) : find_in_folder(path, rule, source.key);
  }
  if (!fs::exists(path, error)) {
    throw InvalidInput(source.key + ": " + path.string() + " does not exist; give a folder, a CSV manifest" +
                       (options.path ? ", or \"demo\"" : ""));
  }
  if (!is_csv(path)) throw InvalidInput(source.key + ": " + path.string() + " is neither a folder nor a .csv file");
  return find_manifest(source, path, rule, split_column);
}

std::optional<Split> given_split(const Source& source) {
  for (const Split split : {Split::train, Split::validation, Split::test}) {
    if (source.options.split == split_name(split)) return split;
  }
  return std::nullopt;
}

/// Names of several sources may be the same; so may blocks, and images that are groups of their own. A patient's name
/// stays as it is: the same patient in two sources is one group.
void put_source_before_names(const Source& source, FoundImages& found) {
  for (FoundImage& image : found.images) {
    image.name = source.name + "/" + image.name;
    if (!found.has_patients && !image.group.empty()) image.group = source.name + "/" + image.group;
  }
  for (auto* warnings : {&found.warnings, &found.warnings_of_splits}) {
    for (std::string& warning : *warnings) warning = source.name + ": " + warning;
  }
}

FoundImages find_source(const Source& source, const DatasetOptions& options, const ClassRule& rule,
                        const fs::path& cache, const Progress& progress) {
  FoundImages found = list_images(source, options, rule, cache, progress);
  if (const auto split = given_split(source)) {
    for (FoundImage& image : found.images) image.split = split;
  }
  const bool has_own_rule = source.options.group.has_value();
  assign_groups(found, source.group, has_own_rule ? source.key + ".group" : "dataset.group");
  if (options.source.size() > 1) put_source_before_names(source, found);
  return found;
}

/// The values of an image in the columns of all sources; empty where its own source has none.
std::vector<std::string> values_in(const std::vector<std::string>& columns, const std::vector<std::string>& own_columns,
                                   std::vector<std::string>& own_values) {
  std::vector<std::string> values(columns.size());
  for (std::size_t i = 0; i < own_columns.size(); ++i) {
    const auto place = std::ranges::lower_bound(columns, own_columns[i]) - columns.begin();
    values[static_cast<std::size_t>(place)] = std::move(own_values[i]);
  }
  return values;
}

FoundImages merge(std::vector<FoundImages> parts, const std::vector<Source>& sources) {
  FoundImages all;
  std::set<std::string> columns;
  for (const FoundImages& part : parts) {
    columns.insert(part.columns.begin(), part.columns.end());
    if (part.groups_are.empty()) continue;
    all.groups_are = all.groups_are.empty() || all.groups_are == part.groups_are ? part.groups_are : "groups";
  }
  all.columns.assign(columns.begin(), columns.end());
  for (std::size_t s = 0; s < parts.size(); ++s) {
    all.sources.push_back(sources[s].name);
    std::ranges::move(parts[s].warnings, std::back_inserter(all.warnings));
    std::ranges::move(parts[s].warnings_of_splits, std::back_inserter(all.warnings_of_splits));
    for (FoundImage& image : parts[s].images) {
      image.source = static_cast<std::int64_t>(s);
      image.values = values_in(all.columns, parts[s].columns, image.values);
      all.images.push_back(std::move(image));
    }
  }
  return all;
}

void refuse_images_of_two_sources(const FoundImages& found) {
  std::map<fs::path, const FoundImage*> listed;
  std::vector<std::string> twice;
  for (const FoundImage& image : found.images) {
    const auto [place, is_new] = listed.emplace(image.path, &image);
    if (!is_new) twice.push_back(place->second->name + " = " + image.name);
  }
  if (twice.empty()) return;
  throw InvalidInput("dataset.source: the same file is listed by two sources: " + list_names(twice, "image"));
}

}  // namespace

FoundImages find_images(const DatasetOptions& options, const fs::path& cache, const Progress& progress) {
  const ClassRule rule(options.classes);
  const std::vector<Source> sources = sources_of(options);
  std::vector<FoundImages> parts;
  for (const Source& source : sources) parts.push_back(find_source(source, options, rule, cache, progress));
  spell_alike(parts);
  FoundImages found = merge(std::move(parts), sources);
  refuse_images_of_two_sources(found);
  return found;
}

}  // namespace assay::data
