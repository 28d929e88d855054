// Groups: what never spans two splits, named by a rule. Joining those that share images is group_join.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "assay/experiment.h"
#include "found_images.h"

namespace assay::data {

/// The warning where nothing groups the images.
inline constexpr const char* kUngrouped =
    "no dataset.group is given, so every image is its own group: images of one patient can be in training and test at "
    "once, and the test figures then say how well patients are recognised, not the disease";

/// Sets the group of every labelled image by the rule; without a rule groups stay as the manifest gave them, or every
/// image becomes its own, with a warning. key: what messages call the rule ("dataset.group"). Throws InvalidInput for a
/// pattern that is no regular expression and for images without a group, which it lists.
void assign_groups(FoundImages& found, const std::optional<GroupOptions>& rule, const std::string& key);

/// "img9" before "img10": runs of digits compare as numbers.
bool natural_less(const std::string& a, const std::string& b);

}  // namespace assay::data
