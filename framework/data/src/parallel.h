// Work on many files at once, outside of training: scanning, hashing, rendering the demo set.
#pragma once

#include <cstdint>
#include <functional>

namespace assay::data {

/// Calls body(i) once for each i in [0, count), from several threads and in no fixed order. threads: as
/// pipeline.threads (thread_counts.h). When bodies throw, the work stops early and one of the exceptions is thrown
/// here. Ctrl-C ends it, too (Interrupted). finished, if given, is told from any thread how many bodies are done.
void for_each_in_parallel(std::int64_t count, std::int64_t threads, const std::function<void(std::int64_t)>& body,
                          const std::function<void(std::int64_t)>& finished = {});

}  // namespace assay::data
