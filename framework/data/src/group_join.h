// Joining groups that share images, so that no image reaches two splits under two names.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "assay/data/dataset.h"
#include "image_scan.h"
#include "near_copies.h"

namespace assay::data {

/// Groups after joining.
struct JoinedGroups {
  std::vector<std::string> names;                 ///< in alphabetical order; "H2+H6", of many "a+b+c+d+e+f+9 more"
  std::vector<std::vector<std::string>> members;  ///< of each name, in alphabetical order
  std::vector<std::int64_t> of_image;             ///< index into names
};

/// Joins the groups of each pair of images, and what was joined to them. groups: one for each image.
JoinedGroups join(const std::vector<std::string>& groups,
                  const std::vector<std::pair<std::size_t, std::size_t>>& pairs);

/// Joins groups of the scanned images that share one, byte for byte or, unless dataset.near_copies = "keep", saved
/// again with other bytes. Sets the data set's groups and what it says of copies and of joining. images: sorted by
/// content. Returns the group of each image, an index into Dataset::groups.
std::vector<std::int64_t> join_groups(const std::vector<ScannedImage>& images, const DatasetOptions& options,
                                      DatasetUse use, ScanMemory& memory, const Progress& progress, Dataset& dataset);

}  // namespace assay::data
