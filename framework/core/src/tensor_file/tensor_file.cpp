#include "assay/tensor_file.h"

#include <array>
#include <limits>
#include <stdexcept>

#include "assay/error.h"
#include "tensor_contents.h"

namespace assay {
namespace {

struct DTypeRow {
  DType dtype;
  std::size_t size;
  std::string_view name;
};

constexpr std::array<DTypeRow, 10> dtype_table{{{DType::boolean, 1, "BOOL"},
                                                {DType::u8, 1, "U8"},
                                                {DType::i8, 1, "I8"},
                                                {DType::i16, 2, "I16"},
                                                {DType::i32, 4, "I32"},
                                                {DType::i64, 8, "I64"},
                                                {DType::f16, 2, "F16"},
                                                {DType::bf16, 2, "BF16"},
                                                {DType::f32, 4, "F32"},
                                                {DType::f64, 8, "F64"}}};

const DTypeRow& row_of(DType dtype) {
  for (const DTypeRow& row : dtype_table) {
    if (row.dtype == dtype) return row;
  }
  throw std::logic_error("an unknown DType");
}

detail::ReadTensors read(detail::Bytes file) {
  if (detail::is_zip(file)) return detail::read_torch_zip(file);
  if (detail::is_legacy_torch(file)) return detail::read_legacy_torch(file);
  if (detail::is_safetensors(file)) return detail::read_safetensors(file);
  throw detail::FormatError("it is neither a safetensors file nor a PyTorch file (.pth) of tensors");
}

/// Text from the file may hold terminal commands, and may be as long as the file.
std::string printable(std::string text) {
  constexpr std::size_t longest = 500;
  if (text.size() > longest) text = text.substr(0, longest) + "...";
  for (char& c : text) {
    const bool is_control = (c >= 0 && c < ' ') || c == '\x7f';
    if (is_control) c = '?';
  }
  return text;
}

}  // namespace

std::size_t size_of(DType dtype) { return row_of(dtype).size; }

std::string_view name_of(DType dtype) { return row_of(dtype).name; }

std::string shape_text(std::span<const std::int64_t> shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + "]";
}

std::uint64_t detail::checked_bytes(const std::string& name, DType dtype, std::span<const std::int64_t> shape) {
  constexpr std::size_t most_sides = 64;
  if (shape.size() > most_sides) {
    throw FormatError("tensor " + name + " has " + std::to_string(shape.size()) + " dimensions");
  }
  Wide limit = size_of(dtype);
  Wide bytes = limit;
  for (const std::int64_t side : shape) {
    if (side < 0) throw FormatError("tensor " + name + " has the shape " + shape_text(shape));
    limit *= static_cast<std::uint64_t>(side == 0 ? 1 : side);
    bytes *= static_cast<std::uint64_t>(side);
    if (limit > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      throw FormatError("tensor " + name + " has the impossible shape " + shape_text(shape));
    }
  }
  return static_cast<std::uint64_t>(bytes);
}

TensorFile TensorFile::open(const std::filesystem::path& file) {
  try {
    auto contents = std::make_shared<Contents>(file);
    detail::ReadTensors read_tensors = read(contents->mapped.bytes());
    contents->tensors = std::move(read_tensors.tensors);
    contents->copies = std::move(read_tensors.copies);
    contents->metadata = std::move(read_tensors.metadata);
    for (std::size_t i = 0; i < contents->tensors.size(); ++i) {
      const std::string& name = contents->tensors[i].name;
      if (!contents->index.emplace(name, i).second) throw detail::FormatError("it has two tensors called " + name);
    }
    return TensorFile(std::move(contents));
  } catch (const detail::FormatError& error) {
    throw InvalidInput(file.string() + ": " + printable(error.what()));
  }
}

const std::vector<TensorView>& TensorFile::tensors() const { return contents_->tensors; }

const TensorView* TensorFile::find(std::string_view name) const {
  const auto found = contents_->index.find(std::string(name));
  return found == contents_->index.end() ? nullptr : &contents_->tensors[found->second];
}

const std::map<std::string, std::string>& TensorFile::metadata() const { return contents_->metadata; }

const std::filesystem::path& TensorFile::path() const { return contents_->path; }

}  // namespace assay
