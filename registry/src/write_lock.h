// The one lock under which a registry is written and its WAL is checkpointed. SQLite's own locks would do for writing,
// but before 3.51.3 two connections that checkpoint and reset a WAL at once can damage the file; under this lock that
// can't happen, and nobody meets SQLITE_BUSY.
#pragma once

#include <chrono>
#include <filesystem>

#include "file_lock.h"

namespace assay {

class WriteLock {
 public:
  /// Throws Failure when another process holds it for longer than patience.
  WriteLock(const std::filesystem::path& registry, std::chrono::milliseconds patience);

 private:
  FileLock lock_;
};

}  // namespace assay
