// A tensor as PyTorch describes it, by a storage, an offset and strides, and the checks that turn it into contiguous
// bytes.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "assay/tensor_file.h"
#include "mapped_file.h"

namespace assay::detail {

/// Bounds the memory for tensors that must be copied: a file whose strides blow a few bytes up to a terabyte is
/// refused.
class CopyBudget {
 public:
  explicit CopyBudget(std::uint64_t bytes) : left_(bytes) {}
  /// Throws FormatError when less than this is left.
  void spend(const std::string& name, std::uint64_t bytes);

 private:
  std::uint64_t left_;
};

struct StridedTensor {
  std::string name;
  DType dtype = DType::f32;
  std::string storage;
  std::uint64_t storage_count = 0;  ///< elements that the storage should have
  std::int64_t offset = 0;          ///< in elements, as strides are
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;

  /// The tensor's elements row by row: in the storage where they lie so, else in a copy appended to copies. Throws
  /// FormatError when any element would lie outside of the storage.
  TensorView view(Bytes storage_bytes, CopyBudget& budget, std::deque<std::vector<std::byte>>& copies) const;

 private:
  void check(Bytes storage_bytes) const;
  bool is_contiguous() const;
  std::vector<std::byte> gather(Bytes storage_bytes, std::uint64_t bytes) const;
};

}  // namespace assay::detail
