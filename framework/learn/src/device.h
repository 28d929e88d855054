// Where a model computes: the processor or a CUDA card, chosen by training.device, and how both are named in records.
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <string>

#include "assay/console.h"

namespace assay {

/// "auto": CUDA where it works; warns when a card is there that this LibTorch can't use, and says why. "cpu", "cuda":
/// that one; throws InvalidInput with what was found when there is no usable card.
c10::Device choose_device(const std::string& option, Console& console);

/// Model name of the processor ("AMD EPYC 7R32"); "unknown processor" where the kernel doesn't say.
std::string processor_name();

/// "cpu: AMD EPYC 7R32, 2 threads" or "cuda:0: NVIDIA H200".
std::string describe_device(const c10::Device& device, std::int64_t compute_threads);

}  // namespace assay
