#include "memory_bandwidth.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace assay::bench {
namespace {

/// Copies one part in each thread, this one among them.
void copy(const std::vector<char>& from, std::vector<char>& to, int threads) {
  const std::size_t part = from.size() / static_cast<std::size_t>(threads);
  const auto copy_part = [&](int i) {
    const std::size_t first = part * static_cast<std::size_t>(i);
    std::memcpy(to.data() + first, from.data() + first, part);
  };
  std::vector<std::jthread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back(copy_part, i);
  copy_part(0);
}

double measure(int threads) {
  constexpr std::size_t kBytes = std::size_t{256} << 20;
  const std::vector<char> from(kBytes, 1);
  std::vector<char> to(kBytes, 2);
  double best = 0;
  for (int i = 0; i < 8; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    copy(from, to, threads);
    benchmark::DoNotOptimize(to.data());
    benchmark::ClobberMemory();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    best = std::max(best, 2.0 * static_cast<double>(kBytes) / took.count());
  }
  return best;
}

}  // namespace

double memory_bandwidth(int threads) {
  static std::mutex mutex;
  static std::map<int, double> measured;
  const std::lock_guard lock(mutex);
  const auto [found, is_new] = measured.try_emplace(threads, 0);
  if (is_new) found->second = measure(threads);
  return found->second;
}

}  // namespace assay::bench
