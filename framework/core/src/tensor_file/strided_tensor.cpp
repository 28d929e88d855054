#include "strided_tensor.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "tensor_contents.h"

namespace assay::detail {

void CopyBudget::spend(const std::string& name, std::uint64_t bytes) {
  if (bytes > left_) throw FormatError("tensor " + name + " would take more bytes than the file has");
  left_ -= bytes;
}

TensorView StridedTensor::view(Bytes storage_bytes, CopyBudget& budget,
                               std::deque<std::vector<std::byte>>& copies) const {
  const std::uint64_t bytes = checked_bytes(name, dtype, shape);
  check(storage_bytes);
  if (bytes == 0) return {name, dtype, shape, {}};
  if (is_contiguous()) {
    const std::size_t begin = static_cast<std::size_t>(offset) * size_of(dtype);
    return {name, dtype, shape, storage_bytes.subspan(begin, static_cast<std::size_t>(bytes))};
  }
  budget.spend(name, bytes);
  copies.push_back(gather(storage_bytes, bytes));
  return {name, dtype, shape, copies.back()};
}

void StridedTensor::check(Bytes storage_bytes) const {
  if (storage_bytes.size() / size_of(dtype) < storage_count || storage_bytes.size() % size_of(dtype) != 0) {
    throw FormatError("the storage of tensor " + name + " has " + std::to_string(storage_bytes.size()) +
                      " bytes, fewer than the " + std::to_string(storage_count) + " elements it should have");
  }
  const auto outside = [this] { return FormatError("tensor " + name + " reaches outside of its storage"); };
  if (strides.size() != shape.size() || offset < 0) throw outside();
  if (std::ranges::find(shape, 0) != shape.end()) return;
  // Each term stays below 2^126 and the sum is compared with 2^63 after each, so that 128 bits never overflow.
  auto last = static_cast<Wide>(offset);
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (strides[i] < 0) throw outside();
    last += static_cast<Wide>(shape[i] - 1) * static_cast<Wide>(strides[i]);
    if (last >= storage_count) throw outside();
  }
  if (last >= storage_count) throw outside();  // a scalar runs through no loop
}

bool StridedTensor::is_contiguous() const {
  std::int64_t expected = 1;
  for (std::size_t i = shape.size(); i > 0; --i) {
    if (shape[i - 1] != 1 && strides[i - 1] != expected) return false;
    expected *= shape[i - 1];
  }
  return true;
}

std::vector<std::byte> StridedTensor::gather(Bytes storage_bytes, std::uint64_t bytes) const {
  const std::size_t size = size_of(dtype);
  std::vector<std::byte> out(static_cast<std::size_t>(bytes));
  std::vector<std::int64_t> place(shape.size(), 0);
  std::int64_t from = offset;
  for (std::size_t to = 0; to < out.size(); to += size) {
    std::memcpy(out.data() + to, storage_bytes.data() + static_cast<std::size_t>(from) * size, size);
    // Counts up like an odometer: the last side first, and a side that is full goes back to 0.
    for (std::size_t i = shape.size(); i > 0; --i) {
      from += strides[i - 1];
      if (++place[i - 1] < shape[i - 1]) break;
      from -= shape[i - 1] * strides[i - 1];
      place[i - 1] = 0;
    }
  }
  return out;
}

}  // namespace assay::detail
