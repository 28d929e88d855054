// A data set for programs.
#pragma once

#include <nlohmann/json.hpp>

#include "dataset_counts.h"

namespace assay {

/// Everything that `runner dataset` knows: counts by source, class and split, every group, copies, odd and bad images.
nlohmann::ordered_json json_of(const Dataset& dataset, const DatasetCounts& counts);

}  // namespace assay
