// Kept features where they lie: in mapped files, which the kernel holds for all runs at once and can drop and read
// again, or in memory where no file could be written. Training and evaluation copy out the rows they need; nothing
// joins the parts into one large tensor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "assay/tensor_file.h"

namespace assay {

/// One picture's features a row, in the order in which parts were added. Copies share the parts.
class FeatureRows {
 public:
  FeatureRows() = default;

  /// The rows of one tensor [N, ...], float32 or bfloat16; owner keeps its bytes alive. check, where there is one, is
  /// called before bytes are read, and throws when they no longer can be. Throws std::logic_error for other types and
  /// for bytes that don't fit the shape.
  FeatureRows(const TensorView& tensor, std::shared_ptr<const void> owner, std::function<void()> check = {});

  /// Adds the rows of another, behind its own. Throws std::logic_error when they are of another shape or type.
  void append(const FeatureRows& more);

  std::int64_t count() const { return static_cast<std::int64_t>(rows_.size()); }
  /// Of one row: [D] or [C,h,w].
  const std::vector<std::int64_t>& shape() const { return shape_; }
  std::int64_t numbers_of_row() const;

  /// Copies the given rows, as float32, one behind another: into has room for rows.size() * numbers_of_row() numbers.
  /// Takes no memory. Throws what a part's check throws. Any thread.
  void gather(std::span<const std::int64_t> rows, float* into) const;

 private:
  /// Rows that share an owner.
  struct Part {
    std::shared_ptr<const void> owner;
    std::function<void()> check;  ///< may be empty
  };
  struct Row {
    const std::byte* bytes;
    std::size_t part;  ///< in parts_
  };

  DType dtype_ = DType::f32;
  std::vector<std::int64_t> shape_;
  std::vector<Row> rows_;
  std::vector<Part> parts_;
};

}  // namespace assay
