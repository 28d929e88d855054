// Reading a data set from a CSV manifest.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "assay/experiment.h"
#include "found_images.h"

namespace assay::data {

/// The column that holds the hash of each image's bytes, as Sample::content_hash has it. Where a manifest has it, the
/// files must still have these contents.
inline constexpr const char* kHashColumn = "xxh3_128";

/// A manifest, and what its columns mean.
struct ManifestSource {
  std::filesystem::path file;
  std::string key;               ///< what messages call it: "dataset.path", "dataset.source 'preliminary'"
  std::filesystem::path folder;  ///< where relative paths start
  bool is_unlabelled = false;    ///< for prediction only: needs the column of paths, keeps all others
  std::string path_column = "path";
  std::string label_column = "label";
  std::map<std::string, std::string> labels;  ///< label: class, or a word of dataset.classes; empty: as they are
  std::optional<std::string> group_column;    ///< required; nullopt: "group" where there is one
  bool ignores_groups = false;                ///< a rule finds groups elsewhere, not in a column
  bool is_group_text = false;                 ///< a pattern finds the group in that column's text
  std::optional<std::string> split_column;    ///< required; nullopt: none is read
};

/// The images that a manifest lists, with its further columns. Throws InvalidInput with a line for each wrong row.
FoundImages find_in_manifest(const ManifestSource& source, const ClassRule& rule);

}  // namespace assay::data
