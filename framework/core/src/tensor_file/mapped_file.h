// A file's bytes as memory, read-only; and the reading of numbers from bytes that nobody has vouched for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>

namespace assay::detail {

using Bytes = std::span<const std::byte>;

/// The bytes are not what their format says. Becomes an InvalidInput with the file's name in TensorFile::open.
class FormatError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Maps a whole regular file; the mapping lives as long as the object.
class MappedFile {
 public:
  /// Throws Failure when the file can't be opened, FormatError when it is no regular file.
  explicit MappedFile(const std::filesystem::path& file);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  Bytes bytes() const { return bytes_; }

 private:
  Bytes bytes_;
};

/// Reads forward through bytes; every read is checked.
class Cursor {
 public:
  /// what: the thing read, for messages ("the pickle").
  Cursor(Bytes bytes, std::string what) : bytes_(bytes), what_(std::move(what)) {}

  std::size_t position() const { return position_; }
  std::size_t left() const { return bytes_.size() - position_; }
  void skip(std::uint64_t count) { take(count); }
  void seek(std::uint64_t position);

  /// The next count bytes; throws FormatError when there are fewer.
  Bytes take(std::uint64_t count);
  /// A little-endian number of 1 to 8 bytes.
  std::uint64_t number(std::size_t count);
  std::uint8_t byte() { return static_cast<std::uint8_t>(number(1)); }
  std::string text(std::uint64_t count);

 private:
  Bytes bytes_;
  std::string what_;
  std::size_t position_ = 0;
};

}  // namespace assay::detail
