#include "file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <thread>
#include <utility>

#include "assay/error.h"

namespace assay {
namespace {

/// Shorter than the pause of a busy writer between two transactions (write_queue.cpp).
constexpr std::chrono::microseconds kLongestPause(500);

}  // namespace

FileLock::FileLock(const std::filesystem::path& file, std::chrono::milliseconds patience) {
  // Close-on-exec: a child program must not keep the lock alive after its parent.
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    throw Failure("can't open the lock " + file.string() + ": " + std::strerror(errno));
  }
  const auto until = std::chrono::steady_clock::now() + patience;
  auto pause = std::chrono::microseconds(50);
  while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    const bool contended = errno == EWOULDBLOCK || errno == EINTR;
    if (!contended || std::chrono::steady_clock::now() >= until) {
      const int error = errno;
      ::close(descriptor);
      if (!contended) {
        throw Failure("can't lock " + file.string() + ": " + std::strerror(error));
      }
      return;
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
  descriptor_ = descriptor;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  release();
  descriptor_ = std::exchange(other.descriptor_, -1);
  return *this;
}

FileLock::~FileLock() { release(); }

void FileLock::release() {
  if (descriptor_ >= 0) {
    ::close(std::exchange(descriptor_, -1));
  }
}

bool is_locked(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return false;
  }
  // A shared lock is enough to learn it, and two who ask at once don't see each other.
  const bool locked = ::flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(descriptor);
  return locked;
}

}  // namespace assay
