// Files of named tensors, read without torch: safetensors, and PyTorch's .pth (zip and legacy) through a pickle reader
// that knows a fixed list of globals and executes nothing. A file is hostile until read: every size, offset and stride
// is checked in 128 bits against the file before a byte behind it is touched. Making torch tensors is learn/tensors.h's
// work.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// Kinds of element.
enum class DType : std::uint8_t { boolean, u8, i8, i16, i32, i64, f16, bf16, f32, f64 };

/// Bytes of one element.
std::size_t size_of(DType dtype);
/// The name that safetensors uses: "F32", "I64", "BOOL", ...
std::string_view name_of(DType dtype);

/// One tensor: elements in row-major order, little-endian, bytes.size() == product of shape * size_of(dtype).
/// Of an opened file, bytes point into the file and live as long as its TensorFile (or a copy of it).
/// They may be unaligned: copy them, don't cast the pointer.
struct TensorView {
  std::string name;                  ///< unique in its file
  DType dtype = DType::f32;          ///< of each element
  std::vector<std::int64_t> shape;   ///< empty: a scalar
  std::span<const std::byte> bytes;  ///< row-major, little-endian
};

/// "[32, 3, 3, 3]": a shape for messages.
std::string shape_text(std::span<const std::int64_t> shape);

/// An opened file. Copies are cheap and share it. Reading from several threads is safe.
class TensorFile {
 public:
  /// Opens a file of any of the three formats, told apart by content, not by name. Tensors that a .pth stores
  /// transposed or expanded are made contiguous. Throws InvalidInput with the file's name and what is wrong with it;
  /// Failure when the file can't be read.
  static TensorFile open(const std::filesystem::path& file);

  /// In the file's order. Names are unique.
  const std::vector<TensorView>& tensors() const;
  /// nullptr when there is none of that name.
  const TensorView* find(std::string_view name) const;
  /// safetensors' "__metadata__"; empty for a .pth.
  const std::map<std::string, std::string>& metadata() const;
  const std::filesystem::path& path() const;  ///< as opened

 private:
  struct Contents;
  explicit TensorFile(std::shared_ptr<const Contents> contents) : contents_(std::move(contents)) {}
  std::shared_ptr<const Contents> contents_;
};

/// Writes a safetensors file whole or not at all: to a temporary name beside it, synced, renamed, folder synced.
/// The same tensors and metadata give the same bytes. Throws Failure when the disk is full or the folder not writable,
/// std::logic_error when a tensor's bytes don't fit its shape or a name is given twice.
/// Format: https://github.com/huggingface/safetensors, "Format".
void write_safetensors(const std::filesystem::path& file, std::span<const TensorView> tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace assay
