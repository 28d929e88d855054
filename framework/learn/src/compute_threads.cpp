#include "compute_threads.h"

#include <ATen/Parallel.h>

#include "assay/thread_counts.h"

namespace assay {

std::int64_t set_compute_threads(std::int64_t threads) {
  at::set_num_threads(static_cast<int>(compute_threads(threads)));
  return at::get_num_threads();
}

}  // namespace assay
