#include "determinism.h"

#include <ATen/Context.h>

#include <cstdlib>
#include <mutex>

#include "assay/random.h"

namespace assay {

void require_deterministic_algorithms() {
  // cuBLAS reads this when its first handle is made, and is not deterministic without it.
  ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
  at::Context& context = at::globalContext();
  context.setDeterministicAlgorithms(true, /*warn_only=*/false);
  // Filling every fresh tensor would find reads of uninitialised memory, and costs a pass over each tensor.
  context.setDeterministicFillUninitializedMemory(false);
  context.setDeterministicCuDNN(true);
  context.setBenchmarkCuDNN(false);
}

void seed_step(const c10::Device& device, std::uint64_t seed, std::int64_t epoch, std::int64_t step) {
  Random random(seed, Purpose::dropout, static_cast<std::uint32_t>(epoch), static_cast<std::uint32_t>(step));
  const std::uint64_t high = random();
  const std::uint64_t number = (high << 32U) | random();
  at::Generator generator = at::globalContext().defaultGenerator(device);  // a handle
  const std::lock_guard lock(generator.mutex());
  generator.set_current_seed(number);
}

}  // namespace assay
