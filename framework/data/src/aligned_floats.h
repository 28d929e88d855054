// Memory for rows of floats that is kept from one picture to the next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace assay::data {

/// Floats that begin where a cache line begins. Grows, never shrinks; what it held is lost when it grows.
class AlignedFloats {
 public:
  /// Room for at least count.
  float* reserve(std::int64_t count) {
    constexpr std::size_t kLine = 64;
    const std::size_t wanted = static_cast<std::size_t>(count) + kLine / sizeof(float);
    if (numbers_.size() < wanted) {
      numbers_.assign(wanted, 0.0F);
      void* place = numbers_.data();
      std::size_t space = wanted * sizeof(float);
      first_ = static_cast<float*>(std::align(kLine, sizeof(float), place, space));
    }
    return first_;
  }

 private:
  std::vector<float> numbers_;
  float* first_ = nullptr;
};

}  // namespace assay::data
