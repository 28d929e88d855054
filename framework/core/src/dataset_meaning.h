// What [dataset] must mean beyond the kinds and ranges of its keys: paths that exist, sources that fit each other.
#pragma once

#include <vector>

#include "assay/experiment.h"

namespace assay {

/// Makes relative paths of sources start at dataset.root, where one is given. experiment: merged, not yet checked.
void place_sources(Node& experiment);

/// Adds what is wrong with [dataset], each finding with its place. dataset: the checked table that options were made
/// of. Looks at the disk, but into no file.
void check_dataset(const Node& dataset, const DatasetOptions& options, std::vector<Problem>& problems);

}  // namespace assay
