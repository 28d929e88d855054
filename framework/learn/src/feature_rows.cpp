#include "feature_rows.h"

#include <bit>
#include <cstring>
#include <functional>
#include <numeric>
#include <stdexcept>

namespace assay {
namespace {

std::int64_t product(std::span<const std::int64_t> sides) {
  return std::accumulate(sides.begin(), sides.end(), std::int64_t{1}, std::multiplies<>());
}

// A bfloat16 is the upper half of a float32 (Intel's "BFLOAT16 - hardware numerics definition", 2018).
void widen(const std::byte* row, std::size_t numbers, float* into) {
  for (std::size_t i = 0; i < numbers; ++i) {
    std::uint16_t upper = 0;
    std::memcpy(&upper, row + i * sizeof(upper), sizeof(upper));
    into[i] = std::bit_cast<float>(static_cast<std::uint32_t>(upper) << 16U);
  }
}

}  // namespace

FeatureRows::FeatureRows(const TensorView& tensor, std::shared_ptr<const void> owner) : dtype_(tensor.dtype) {
  if (dtype_ != DType::f32 && dtype_ != DType::bf16) throw std::logic_error("features are float32 or bfloat16");
  if (tensor.shape.empty()) throw std::logic_error("features have rows");
  shape_.assign(tensor.shape.begin() + 1, tensor.shape.end());
  const std::size_t row = static_cast<std::size_t>(numbers_of_row()) * size_of(dtype_);
  const auto count = static_cast<std::size_t>(tensor.shape.front());
  if (tensor.bytes.size() != count * row) throw std::logic_error("features don't fit their shape");
  rows_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) rows_.push_back(tensor.bytes.data() + i * row);
  owners_.push_back(std::move(owner));
}

void FeatureRows::append(const FeatureRows& more) {
  if (owners_.empty()) {
    *this = more;
    return;
  }
  if (more.dtype_ != dtype_ || more.shape_ != shape_) throw std::logic_error("features of two kinds");
  rows_.insert(rows_.end(), more.rows_.begin(), more.rows_.end());
  owners_.insert(owners_.end(), more.owners_.begin(), more.owners_.end());
}

std::int64_t FeatureRows::numbers_of_row() const { return product(shape_); }

void FeatureRows::gather(std::span<const std::int64_t> rows, float* into) const {
  const auto numbers = static_cast<std::size_t>(numbers_of_row());
  for (const std::int64_t row : rows) {
    const std::byte* from = rows_[static_cast<std::size_t>(row)];
    if (dtype_ == DType::f32) {
      std::memcpy(into, from, numbers * sizeof(float));
    } else {
      widen(from, numbers, into);
    }
    into += numbers;
  }
}

}  // namespace assay
