// Hands LibTorch its number of threads (assay/thread_counts.h); nothing else does. The number decides the last bits of
// convolutions and sums, so it is chosen once at the start, recorded with the run and restored when it goes on.
#pragma once

#include <cstdint>

namespace assay {

/// Sets the number for this process. threads: as training.compute_threads. Called from the main thread before any
/// tensor is computed: a call from another thread would count for that thread's parallel regions only. Returns the
/// number set.
std::int64_t set_compute_threads(std::int64_t threads);

}  // namespace assay
