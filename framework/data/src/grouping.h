// Groups: what never spans two splits, named by a rule. Joining those that share images is group_join.h.
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

}  // namespace assay::data
