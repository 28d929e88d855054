// What looking at image files found, kept between runs, so that an unchanged file isn't read again. One file below the
// cache for each folder of images; deleting it is safe, and a damaged one counts as none.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "file_check.h"
#include "picture_comparison.h"

namespace assay::data {

/// By what a file is known to be unchanged. The time of its inode's change is among it, because copying tools set the
/// other one back.
struct FileState {
  std::int64_t size = 0;
  std::int64_t modified = 0;  ///< ns since 1970
  std::int64_t changed = 0;   ///< ns since 1970, of the inode
  std::uint64_t inode = 0;

  friend bool operator==(const FileState&, const FileState&) = default;
};

/// The state of the file behind a path; nullopt where there is none.
std::optional<FileState> state_of(const std::filesystem::path& file);

/// true once so much time has passed since a file was last changed that a further change would show in its times.
bool is_settled(const FileState& state);

/// Not for several threads at once. Several processes may have the same memory: each reads and replaces whole files,
/// and the last one's stays.
class ScanMemory {
 public:
  /// Reads what is kept for images whose nearest common folder is images. cache: where all is kept, below scans/;
  /// empty: nothing is read or kept.
  ScanMemory(const std::filesystem::path& cache, const std::filesystem::path& images);

  /// What check_file found, if the file is still as it was then, and may still be read.
  const FileCheck* recall(const std::filesystem::path& file, const FileState& state);
  void keep(const std::filesystem::path& file, const FileState& state, const FileCheck& check);

  /// What comparing the pixels of two contents found.
  const PictureComparison* recall(const std::string& hash, const std::string& other) const;
  void keep(const std::string& hash, const std::string& other, const PictureComparison& comparison);

  /// Writes what is new. A folder that can't be written to costs time at the next opening and nothing else, so it is no
  /// error. The files of all data sets together stay below a gigabyte: those not used for longest go first.
  void write();

 private:
  struct Entry {
    FileState state;
    FileCheck check;
    bool is_used = false;  ///< by this run
  };

  void read();
  void forget_others();

  std::filesystem::path folder_;  ///< scans/; empty: nothing is kept
  std::filesystem::path file_;
  std::unordered_map<std::string, Entry> entries_;
  std::map<std::pair<std::string, std::string>, PictureComparison> comparisons_;
  bool is_new_ = false;  ///< something was kept since reading
};

}  // namespace assay::data
