// Training as a whole process against a loop written by hand with LibTorch, on the same work in the same run.
#pragma once

#include <filesystem>
#include <vector>

#include "row.h"

namespace assay::bench {

/// A cached step: the head alone, on kept features. scratch: an empty folder.
Row bench_cached_step(const std::filesystem::path& scratch);

/// An uncached step: the whole network, forward and backward, on pictures decoded and augmented for it.
Row bench_uncached_step(const std::filesystem::path& scratch);

/// 500 epochs of experiments/effnet_crop.toml against the same without the feature cache, whose cost is extrapolated
/// from two epochs.
Row bench_feature_cache(const std::filesystem::path& scratch);

}  // namespace assay::bench
