// flock on a file: a lock that the kernel releases when its process dies, however it dies.
#pragma once

#include <chrono>
#include <filesystem>

namespace assay {

/// Holds an exclusive flock while it lives; movable.
class FileLock {
 public:
  FileLock() = default;
  /// Waits up to patience; held() is false when another process (or another FileLock) kept it. Makes the file.
  /// Throws Failure when it can't be opened.
  FileLock(const std::filesystem::path& file, std::chrono::milliseconds patience);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

  bool held() const { return descriptor_ >= 0; }
  void release();

 private:
  int descriptor_ = -1;
};

/// true when some process holds an exclusive flock on the file; false when none does or the file is missing.
bool is_locked(const std::filesystem::path& file);

}  // namespace assay
