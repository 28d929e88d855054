// Groups: what never spans two splits. Named by a rule, then joined where two groups hold the same bytes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "assay/experiment.h"
#include "found_images.h"

namespace assay::data {

/// Sets the group of every image by the rule, unless the manifest gave it. Throws InvalidInput for a pattern that is no
/// regular expression and for images without a group, which it lists. Adds a warning when there is no rule.
void assign_groups(FoundImages& found, const std::optional<GroupOptions>& rule);

/// "img9" before "img10": runs of digits compare as numbers.
bool natural_less(const std::string& a, const std::string& b);

/// Groups after joining.
struct JoinedGroups {
  std::vector<std::string> names;      ///< in alphabetical order; members of a joined one with '+' between them
  std::vector<std::int64_t> of_image;  ///< index into names
  std::int64_t identical_images = 0;   ///< images whose bytes another image has too
  std::vector<std::string> joined;     ///< names of groups that joining made
};

/// Joins groups that share an image's bytes. groups and hashes: one for each image.
JoinedGroups join_identical(const std::vector<std::string>& groups, const std::vector<std::string>& hashes);

}  // namespace assay::data
