// Groups: what never spans two splits, named by a rule. Joining those that share images is group_join.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assay/experiment.h"
#include "found_images.h"

namespace assay::data {

/// The warning where nothing groups the images; of no matter where nothing is split.
inline constexpr const char* kUngrouped =
    "no dataset.group is given, so every image is its own group: images of one patient can be in training and test at "
    "once, and the test figures then say how well patients are recognised, not the disease";

/// Sets the group of every labelled image by the rule; without a rule groups stay as the manifest gave them, or every
/// image becomes its own, with a warning. key: what messages call the rule ("dataset.group"). Throws InvalidInput for a
/// pattern that is no regular expression, for a text too long to be searched, and for images without a group, which it
/// lists.
void assign_groups(FoundImages& found, const std::optional<GroupOptions>& rule, const std::string& key);

/// What two spellings of one patient have in common: "p0 " and "P0" are both "P0". Without blanks around it, in
/// capitals as far as ASCII has them.
std::string identity_of(std::string_view patient);

/// Gives all images of one patient, as identity_of has it, one spelling: of those that are there, the first in the
/// order of bytes, in which capitals come first. So what a pattern found stays as it is. Groups that are places
/// (blocks, images by themselves) are left alone.
void spell_alike(std::vector<FoundImages>& parts);

/// "img9" before "img10": runs of digits compare as numbers.
bool natural_less(const std::string& a, const std::string& b);

}  // namespace assay::data
