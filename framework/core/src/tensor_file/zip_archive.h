// Reads zip archives of stored (not compressed) entries, as torch.save writes them, from memory. Everything that the
// directory claims is checked before it is used, the CRC included. Format: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3
// and 4.4.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "mapped_file.h"

namespace assay::detail {

class ZipArchive {
 public:
  static bool is_zip(Bytes file);

  /// Reads the directory. Throws FormatError.
  explicit ZipArchive(Bytes file);

  /// In the directory's order.
  const std::vector<std::string>& names() const { return names_; }
  /// An entry's bytes, after comparing their CRC; nothing when there is no such entry. Throws FormatError when the
  /// entry is compressed, encrypted, outside of the file or damaged.
  std::optional<Bytes> find(const std::string& name) const;

 private:
  struct Entry {
    std::uint64_t offset = 0;  ///< of the local header
    std::uint64_t size = 0;
    std::uint64_t stored_size = 0;
    std::uint32_t crc = 0;
    std::uint16_t method = 0;
    std::uint16_t flags = 0;
  };
  struct Directory {
    std::uint64_t offset;
    std::uint64_t entries;
  };

  Directory find_directory() const;
  void read_entry(Cursor& cursor);
  static void read_wide_sizes(Cursor extra, Entry& entry);
  void check_overlap() const;

  Bytes file_;
  std::uint64_t directory_offset_ = 0;
  std::vector<std::string> names_;
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace assay::detail
