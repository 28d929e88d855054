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

FeatureRows::FeatureRows(const TensorView& tensor, std::shared_ptr<const void> owner, std::function<void()> check)
    : dtype_(tensor.dtype) {
  if (dtype_ != DType::f32 && dtype_ != DType::bf16) throw std::logic_error("features are float32 or bfloat16");
  if (tensor.shape.empty()) throw std::logic_error("features have rows");
  shape_.assign(tensor.shape.begin() + 1, tensor.shape.end());
  const std::size_t row = static_cast<std::size_t>(numbers_of_row()) * size_of(dtype_);
  const auto count = static_cast<std::size_t>(tensor.shape.front());
  if (tensor.bytes.size() != count * row) throw std::logic_error("features don't fit their shape");
  rows_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) rows_.push_back({tensor.bytes.data() + i * row, 0});
  parts_.push_back({std::move(owner), std::move(check)});
}

void FeatureRows::append(const FeatureRows& more) {
  if (parts_.empty()) {
    *this = more;
    return;
  }
  if (more.dtype_ != dtype_ || more.shape_ != shape_) throw std::logic_error("features of two kinds");
  const std::size_t before = parts_.size();
  for (const Row& row : more.rows_) rows_.push_back({row.bytes, before + row.part});
  parts_.insert(parts_.end(), more.parts_.begin(), more.parts_.end());
}

std::int64_t FeatureRows::numbers_of_row() const { return product(shape_); }

void FeatureRows::gather(std::span<const std::int64_t> rows, float* into) const {
  const auto numbers = static_cast<std::size_t>(numbers_of_row());
  std::size_t checked = parts_.size();  // none yet
  for (const std::int64_t row : rows) {
    const auto& [from, part] = rows_[static_cast<std::size_t>(row)];
    if (part != checked && parts_[part].check) parts_[part].check();
    checked = part;
    if (dtype_ == DType::f32) {
      std::memcpy(into, from, numbers * sizeof(float));
    } else {
      widen(from, numbers, into);
    }
    into += numbers;
  }
}

}  // namespace assay
