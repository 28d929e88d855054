// Joining groups that share images, so that no image reaches two splits under two names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "assay/data/dataset.h"
#include "image_scan.h"

namespace assay::data {

/// Groups after joining.
struct JoinedGroups {
  std::vector<std::string> names;      ///< in alphabetical order; members of a joined one with '+' between them
  std::vector<std::int64_t> of_image;  ///< index into names
  std::int64_t identical_images = 0;   ///< images whose bytes another image has too
  std::vector<std::string> joined;     ///< names of groups that joining made
};

/// Joins groups that share an image's bytes. groups and hashes: one for each image.
JoinedGroups join_identical(const std::vector<std::string>& groups, const std::vector<std::string>& hashes);

/// Joins groups of the scanned images; sets the data set's groups and what it says of joining. Returns the group of
/// each image, an index into Dataset::groups.
std::vector<std::int64_t> join_groups(const std::vector<ScannedImage>& images, Dataset& dataset);

}  // namespace assay::data
