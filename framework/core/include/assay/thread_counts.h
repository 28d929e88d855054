// How many threads this process uses, and for what. Every number of threads comes from here:
//
//   loader_threads    threads that read pictures. pipeline.threads of them pack a data set and render its batches; one
//                     for each usable processor does what ends before training begins: scanning, finding near copies,
//                     measuring crops, drawing sheets. Results never depend on it.
//   compute_threads   LibTorch's. The last bits of sums depend on it, so a run records it; learn's compute_threads.h
//                     hands it to at::set_num_threads, once, in the main thread, before any tensor is computed.
//
// OpenCV gets one thread (cv::setNumThreads(1) in data's picture.cpp, before its first use): our threads each work on a
// picture of their own, and threads of OpenCV's below them would only be in the way. OpenMP's waiting threads sleep
// (OMP_WAIT_POLICY=passive, set by runner before LibTorch is opened), so that computing and loading share processors.
#pragma once

#include <cstdint>
#include <filesystem>

namespace assay {

/// Processors this process may keep busy: those of its affinity mask (taskset, a batch scheduler), or fewer where a
/// control group's quota, of its own group or one above, allows less time (containers); a part of one counts as one.
/// At least 1. system: where proc/ and sys/ are found. Linux: sched(7); cgroups(7), "cpu.max" and "cpu.cfs_quota_us".
std::int64_t usable_processors(const std::filesystem::path& system = "/");

/// Threads for pipeline.threads; 0: one for each usable processor.
std::int64_t loader_threads(std::int64_t asked);

/// Threads for training.compute_threads; 0: one for each usable processor.
std::int64_t compute_threads(std::int64_t asked);

}  // namespace assay
