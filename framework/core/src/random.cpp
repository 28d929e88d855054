// Philox 4x32-10 and what is drawn from it.
#include "assay/random.h"

#include <cmath>
#include <numbers>

namespace assay {
namespace {

// Multipliers and key increments: Salmon et al. 2011, table 2 and section 3.3.
constexpr std::uint32_t kMultiplier0 = 0xD2511F53;
constexpr std::uint32_t kMultiplier1 = 0xCD9E8D57;
constexpr std::uint32_t kWeyl0 = 0x9E3779B9;
constexpr std::uint32_t kWeyl1 = 0xBB67AE85;
constexpr int kRounds = 10;

}  // namespace

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t product0 = std::uint64_t{kMultiplier0} * counter[0];
    const std::uint64_t product1 = std::uint64_t{kMultiplier1} * counter[2];
    counter = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(product1),
               static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(product0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

Random::Random(const StreamName& name)
    : key_{static_cast<std::uint32_t>(name.seed), static_cast<std::uint32_t>(name.seed >> 32)},
      counter_{0, name.sample, name.epoch, (std::uint32_t{name.draw} << 16) | name.operation} {}

Random::result_type Random::operator()() {
  if (used_ == 4) {
    block_ = philox(counter_, key_);
    ++counter_[0];
    used_ = 0;
  }
  return block_[static_cast<std::size_t>(used_++)];
}

double Random::uniform() { return static_cast<double>((*this)()) * 0x1p-32; }

std::uint32_t Random::below(std::uint32_t count) {
  // Lemire 2019, "Fast random integer generation in an interval", algorithm 5.
  std::uint64_t product = std::uint64_t{(*this)()} * count;
  if (static_cast<std::uint32_t>(product) < count) {
    const std::uint32_t threshold = -count % count;
    while (static_cast<std::uint32_t>(product) < threshold) product = std::uint64_t{(*this)()} * count;
  }
  return static_cast<std::uint32_t>(product >> 32);
}

double Random::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

}  // namespace assay
