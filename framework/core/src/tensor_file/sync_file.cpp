#include "sync_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "assay/error.h"

namespace assay::detail {

SyncedFile::SyncedFile(const std::filesystem::path& file) : file_(file) {
  // The process's number keeps two writers of the same file apart; the name says whose leftover it is.
  temporary_ = file_.string() + ".writing-" + std::to_string(::getpid());
  descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail("can't be created");
}

SyncedFile::~SyncedFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

void SyncedFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("can't be written");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void SyncedFile::commit() {
  if (::fsync(descriptor_) != 0) fail("can't be written");
  if (::rename(temporary_.c_str(), file_.c_str()) != 0) fail("can't be renamed from its temporary name");
  ::close(descriptor_);
  descriptor_ = -1;
  const std::filesystem::path folder = file_.has_parent_path() ? file_.parent_path() : ".";
  const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) fail("is written, but its folder can't be synced");
  const int synced = ::fsync(opened);
  ::close(opened);
  if (synced != 0) fail("is written, but its folder can't be synced");
}

void SyncedFile::fail(const char* what) const {
  throw Failure(file_.string() + ": " + what + ": " + std::strerror(errno));
}

}  // namespace assay::detail
