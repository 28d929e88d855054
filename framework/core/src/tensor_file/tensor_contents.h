// What the three readers fill in, and the arithmetic of sizes that they share.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "assay/tensor_file.h"
#include "mapped_file.h"

namespace assay {

struct TensorFile::Contents {
  explicit Contents(const std::filesystem::path& file) : path(file), mapped(file) {}

  std::filesystem::path path;
  detail::MappedFile mapped;
  std::deque<std::vector<std::byte>> copies;  ///< of tensors that the file doesn't store row by row
  std::vector<TensorView> tensors;
  std::unordered_map<std::string, std::size_t> index;
  std::map<std::string, std::string> metadata;
};

namespace detail {

/// Wide enough for products of two 63-bit numbers. __extension__, because ISO C++ has no such type.
__extension__ using Wide = unsigned __int128;

/// What a reader produces.
struct ReadTensors {
  std::vector<TensorView> tensors;
  std::deque<std::vector<std::byte>> copies;
  std::map<std::string, std::string> metadata;
};

/// Bytes that a tensor takes. Throws FormatError when a side is negative, the tensor has more than 64 sides, or the
/// product doesn't fit 63 bits (sides of 0 counted as 1: torch multiplies them in any order).
std::uint64_t checked_bytes(const std::string& name, DType dtype, std::span<const std::int64_t> shape);

bool is_safetensors(Bytes file);
ReadTensors read_safetensors(Bytes file);

bool is_zip(Bytes file);
bool is_legacy_torch(Bytes file);
ReadTensors read_torch_zip(Bytes file);
ReadTensors read_legacy_torch(Bytes file);

}  // namespace detail
}  // namespace assay
