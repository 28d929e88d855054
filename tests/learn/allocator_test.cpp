#include "allocator.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace assay {
namespace {

constexpr std::size_t map_bytes = std::size_t{256} << 20U;
constexpr std::size_t page_bytes = 4096;

/// Page faults of taking, writing and giving back the memory of one large tensor.
std::int64_t faults_of_one_tensor() {
  rusage before{};
  rusage after{};
  ::getrusage(RUSAGE_SELF, &before);
  const std::unique_ptr<char[]> memory(new char[map_bytes]);
  volatile char* bytes = memory.get();  // volatile, else the compiler leaves the writing out
  for (std::size_t i = 0; i < map_bytes; i += page_bytes) bytes[i] = 1;
  ::getrusage(RUSAGE_SELF, &after);
  return after.ru_minflt - before.ru_minflt;
}

TEST(Allocator, FaultsTheMemoryOfLargeTensorsInOnlyOnce) {
#ifndef __GLIBC__
  GTEST_SKIP() << "only glibc's allocator is tuned";
#endif
  tune_allocator();
  faults_of_one_tensor();
  // Were it given back to the kernel: 65536 faults of 4 kB every time, or 128 of 2 MB.
  EXPECT_LT(faults_of_one_tensor(), 32);
}

}  // namespace
}  // namespace assay
