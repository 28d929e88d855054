#include "new_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "assay/error.h"

namespace assay::data {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file, int error) {
  throw Failure(file.string() + " can't be written: " + std::generic_category().message(error));
}

[[noreturn]] void refuse_existing(const std::filesystem::path& file) {
  throw InvalidInput(file.string() + " exists already; remove it, or give another name");
}

/// A file under a temporary name, removed at the end: by then it has its own name, or was given up.
class Draft {
 public:
  explicit Draft(const std::filesystem::path& file)
      : name_(file.string() + ".writing-" + std::to_string(::getpid())),
        descriptor_(::open(name_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0) fail(file, errno);
  }
  ~Draft() {
    ::close(descriptor_);
    ::unlink(name_.c_str());
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  /// 0, or the system's reason why the bytes are not on the disk.
  int write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno != EINTR) return errno;
      if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::fsync(descriptor_) == 0 ? 0 : errno;
  }

  /// 0, or the system's reason: EEXIST when somebody was faster.
  int publish(const std::filesystem::path& file) {
    if (::renameat2(AT_FDCWD, name_.c_str(), AT_FDCWD, file.c_str(), RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return errno;
    return ::link(name_.c_str(), file.c_str()) == 0 ? 0 : errno;  // network file systems know only this way
  }

 private:
  std::string name_;
  int descriptor_;
};

}  // namespace

void write_new_file(const std::filesystem::path& file, std::string_view bytes) {
  std::error_code ignored;
  if (std::filesystem::exists(std::filesystem::symlink_status(file, ignored))) refuse_existing(file);
  Draft draft(file);
  if (const int error = draft.write(bytes)) fail(file, error);
  const int error = draft.publish(file);
  if (error == EEXIST) refuse_existing(file);
  if (error != 0) fail(file, error);
}

}  // namespace assay::data
