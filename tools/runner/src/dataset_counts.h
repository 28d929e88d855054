// What there is in a data set, counted: by source, class and split, and group by group.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "assay/data/dataset.h"

namespace assay {

inline constexpr std::array kSplits = {Split::train, Split::validation, Split::test};

/// Images of each split.
using SplitCounts = std::array<std::int64_t, kSplits.size()>;

std::int64_t sum(const SplitCounts& counts);

/// One source, or all of them.
struct SourceCounts {
  std::string name;
  std::vector<SplitCounts> of_class;  ///< one for each of Dataset::classes
  std::int64_t unlabelled = 0;        ///< images for prediction only

  SplitCounts labelled() const;
  std::int64_t images() const { return sum(labelled()) + unlabelled; }
};

/// One group. All its images are in one split.
struct GroupCounts {
  std::string name;
  Split split = Split::train;
  std::vector<std::int64_t> of_class;  ///< images of each of Dataset::classes
  std::vector<std::string> sources;    ///< where its images come from
  std::int64_t images = 0;
};

struct DatasetCounts {
  std::vector<SourceCounts> sources;  ///< as in Dataset::sources
  SourceCounts all;                   ///< of them together
  std::vector<GroupCounts> groups;    ///< as in Dataset::groups
};

DatasetCounts count(const Dataset& dataset);

/// The largest group of a split; nullptr where it has none.
const GroupCounts* largest_of(const std::vector<GroupCounts>& groups, Split split);

/// How many groups a split has.
std::int64_t groups_of(const std::vector<GroupCounts>& groups, Split split);

}  // namespace assay
