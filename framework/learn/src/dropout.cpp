#include "assay/learn/dropout.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mul.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <span>

namespace assay {
namespace {

// SplitMix64 (Steele, Lea and Flood 2014, figure 16): the i-th number is a function of the key and i alone.
std::uint64_t split_mix(std::uint64_t key, std::uint64_t i) {
  std::uint64_t z = key + (i + 1) * 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

// Four elements from each number, sixteen bits each, the lowest first. Numbers are drawn block by block, so that the
// loop over the elements is one that compilers vectorise.
void fill_mask(std::span<float> mask, std::uint64_t key, std::uint32_t threshold) {
  static_assert(std::endian::native == std::endian::little, "the lowest sixteen bits lie first");
  constexpr std::size_t kNumbers = 256;
  constexpr std::size_t kElements = 4 * kNumbers;
  const float kept = 65536.0F / static_cast<float>(65536U - threshold);
  std::array<std::uint64_t, kNumbers> numbers{};
  std::array<std::uint16_t, kElements> bits{};
  for (std::size_t first = 0; first < mask.size(); first += kElements) {
    const std::size_t count = std::min(kElements, mask.size() - first);
    for (std::size_t i = 0; 4 * i < count; ++i) numbers[i] = split_mix(key, first / 4 + i);
    std::memcpy(bits.data(), numbers.data(), sizeof(bits));
    float* part = mask.data() + first;
    for (std::size_t i = 0; i < count; ++i) part[i] = bits[i] < threshold ? 0.0F : kept;
  }
}

std::uint64_t draw_key() {
  at::Generator generator = at::globalContext().defaultGenerator(c10::Device(c10::kCPU));  // a handle
  const std::lock_guard lock(generator.mutex());
  return at::check_generator<at::CPUGeneratorImpl>(generator)->random64();
}

}  // namespace

at::Tensor dropout(const at::Tensor& x, double probability, bool training) {
  if (!training || probability <= 0.0) return x;
  if (!x.is_cpu() || x.scalar_type() != at::kFloat) return at::dropout(x, probability, training);
  const at::Tensor mask = at::empty(x.sizes(), x.options().requires_grad(false).memory_format(std::nullopt));
  const auto threshold = static_cast<std::uint32_t>(std::lround(probability * 65536.0));
  fill_mask({mask.mutable_data_ptr<float>(), static_cast<std::size_t>(mask.numel())}, draw_key(), threshold);
  return x.mul(mask);
}

}  // namespace assay
