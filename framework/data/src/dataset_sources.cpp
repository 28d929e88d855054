#include "dataset_sources.h"

#include <algorithm>
#include <cctype>

#include "demo_set.h"
#include "grouping.h"

namespace assay::data {
namespace fs = std::filesystem;

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

}  // namespace

FoundImages find_images(const DatasetOptions& options, const fs::path& cache, const Progress& progress) {
  const ClassRule rule(options.classes);
  const std::string* column = std::get_if<std::string>(&options.split);
  const fs::path path = fs::absolute(*options.path).lexically_normal();
  std::error_code error;
  const bool is_demo = *options.path == "demo";
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

}  // namespace assay::data
