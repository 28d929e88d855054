// Counter-based random numbers: a stream is a function of what it is for, never of when or where it is drawn, so that
// any number of threads gives the same bytes. Philox 4x32-10: Salmon, Moraes, Dror, Shaw 2011, "Parallel random
// numbers: as easy as 1, 2, 3", section 3.3 and table 2.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>

namespace assay {

/// One block of Philox 4x32-10. Equal to the known-answer vectors published with Random123.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// What a stream is for. Two streams with different names are independent.
struct StreamName {
  std::uint64_t seed = 0;       ///< of the run
  std::uint32_t epoch = 0;      ///< epoch, or the number of the view when views repeat
  std::uint32_t sample = 0;     ///< index of the sample in its data set, or the step for work on whole batches
  std::uint16_t draw = 0;       ///< how often the sample has occurred in the epoch before
  std::uint16_t operation = 0;  ///< place of the operation in its chain; values from 0xF000 are Purpose
};

/// Operations of the framework itself, apart from augmentations, which count from 0.
enum class Purpose : std::uint16_t {
  sampler = 0xF000,
  split = 0xF001,
  weights = 0xF002,
  dropout = 0xF003,
  bootstrap = 0xF004,
  demo = 0xF005
};

/// A stream of random numbers. Satisfies std::uniform_random_bit_generator. Not shared between threads: make one each.
class Random {
 public:
  using result_type = std::uint32_t;  ///< of operator()

  explicit Random(const StreamName& name);  ///< the stream of this name
  /// The stream of this name.
  Random(std::uint64_t seed, Purpose purpose, std::uint32_t epoch = 0, std::uint32_t sample = 0)
      : Random(StreamName{seed, epoch, sample, 0, static_cast<std::uint16_t>(purpose)}) {}

  static constexpr result_type min() { return 0; }                                        ///< of operator()
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }  ///< of operator()
  result_type operator()();                                                               ///< 32 random bits

  /// In [0, 1), a multiple of 2^-32.
  double uniform();
  /// In [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// A whole number in [0, count), without modulo bias (Lemire 2019). count > 0.
  std::uint32_t below(std::uint32_t count);
  /// Standard normal (Box and Muller 1958).
  double normal();
  /// true with the given probability.
  bool chance(double probability) { return uniform() < probability; }

  /// Fisher-Yates; the same order on every platform, unlike std::shuffle.
  template <class T>
  void shuffle(std::span<T> items) {
    for (std::size_t i = items.size(); i > 1; --i) {
      std::swap(items[i - 1], items[below(static_cast<std::uint32_t>(i))]);
    }
  }

 private:
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> block_{};
  int used_ = 4;
};

}  // namespace assay
