// Drawing the splits: whole groups, stratified by class, by contents and seed alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "assay/data/dataset.h"
#include "assay/experiment.h"

namespace assay::data {

/// What the draw knows of a group.
struct GroupContents {
  std::string name;                  ///< for messages only
  std::vector<std::string> hashes;   ///< content hashes of its images, each once, sorted
  std::vector<std::int64_t> images;  ///< distinct images of each class
};

/// A split for each group, out of the splits that are drawn (some of train, validation and test, in this order). Each
/// of validation and test gets its share and train what they leave; without train, they share in proportion. The order
/// in which groups are dealt is that of SHA-256(seed, hashes), so that neither names nor copies of files move a group;
/// a group goes where its classes are furthest below their shares (the deficit of Sechidis, Tsoumakas and Vlahavas
/// 2011, "On the stratification of multi-label data", with groups for samples). Groups larger than the smallest split's
/// share go first, while there is room for them. Afterwards groups are moved until each split has every class. Throws
/// InvalidInput when that can't be, or when no split is to be drawn, saying what to do.
std::vector<Split> split_by_group(const std::vector<GroupContents>& groups, const std::vector<std::string>& classes,
                                  const SplitOptions& options, const std::vector<Split>& drawn);

}  // namespace assay::data
