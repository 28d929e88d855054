// A file that appears whole or not at all: written to a temporary name, synced, renamed, and its folder synced.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace assay::detail {

/// Removes the temporary file when it is destroyed before commit(). Every function throws Failure, naming the file and
/// the system's reason (disk full, say).
class SyncedFile {
 public:
  explicit SyncedFile(const std::filesystem::path& file);
  ~SyncedFile();
  SyncedFile(const SyncedFile&) = delete;
  SyncedFile& operator=(const SyncedFile&) = delete;

  void write(std::span<const std::byte> bytes);
  /// After this the file is there under its own name, also after a power cut. Call once, last.
  void commit();

 private:
  [[noreturn]] void fail(const char* what) const;

  std::filesystem::path file_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
};

}  // namespace assay::detail
