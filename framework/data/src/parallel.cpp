#include "parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "assay/interrupt.h"
#include "assay/thread_counts.h"

namespace assay::data {

void for_each_in_parallel(std::int64_t count, std::int64_t threads, const std::function<void(std::int64_t)>& body,
                          const std::function<void(std::int64_t)>& finished) {
  std::atomic<std::int64_t> done{0};
  std::atomic<std::int64_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      for (std::int64_t i = next++; i < count; i = next++) {
        throw_if_interrupted();
        body(i);
        if (finished) finished(++done);
      }
    } catch (...) {
      next = count;
      const std::scoped_lock lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  const std::int64_t workers = std::min(count, loader_threads(threads));
  std::vector<std::jthread> pool;
  for (std::int64_t i = 1; i < workers; ++i) pool.emplace_back(work);
  work();
  pool.clear();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace assay::data
