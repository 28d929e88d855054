// The peer: what a C++ engineer writes with LibTorch's own modules and optimiser, without a framework around it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace assay::bench {

/// How much there is to do in an epoch.
struct Work {
  std::int64_t training = 0;    ///< pictures or rows
  std::int64_t validation = 0;  ///< judged after each epoch
  std::int64_t batch_size = 0;
};

/// Seconds an epoch of a head (1280-256-1, dropout 0.2) by torch::nn and torch::optim::AdamW on feature rows in memory,
/// shuffled every epoch.
double seconds_of_cached_epoch(const Work& work, int epochs);

/// Seconds an epoch of efficientnet lite0 with that head on an experiment's images, forward, backward and
/// torch::optim::AdamW; pictures are read, cropped, turned and normalised by OpenCV for each batch, one batch ahead on
/// a thread of its own. The allocator is set as Assay sets it, so that its share doesn't count for us.
double seconds_of_uncached_epoch(const std::filesystem::path& experiment, const std::vector<std::string>& settings,
                                 int epochs);

}  // namespace assay::bench
