#include "compute_threads.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <thread>

namespace assay {

std::int64_t set_compute_threads(std::int64_t threads) {
  // glibc answers hardware_concurrency from the affinity mask, which is what a scheduler or taskset allows.
  if (threads <= 0) threads = std::max(1U, std::thread::hardware_concurrency());
  at::set_num_threads(static_cast<int>(threads));
  return at::get_num_threads();
}

}  // namespace assay
