// What makes two runs with one seed the same bit for bit: deterministic algorithms, and a generator that is seeded anew
// before each step, so that its state need not be saved.
#pragma once

#include <c10/core/Device.h>

#include <cstdint>

namespace assay {

/// LibTorch refuses operators without a deterministic form from now on. Process-wide; before the first tensor.
void require_deterministic_algorithms();

/// Seeds the device's generator from the run's seed and the place of the step: dropout of a resumed run is the same.
void seed_step(const c10::Device& device, std::uint64_t seed, std::int64_t epoch, std::int64_t step);

}  // namespace assay
