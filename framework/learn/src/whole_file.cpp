#include "whole_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "assay/error.h"

namespace assay {

namespace fs = std::filesystem;

void replace_file(const fs::path& file, const std::string& text) {
  const fs::path temporary = file.string() + ".tmp";
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  const auto fail = [&](const char* what) {
    const std::string reason = std::strerror(errno);
    if (descriptor >= 0) ::close(descriptor);
    ::unlink(temporary.c_str());
    throw Failure(file.string() + " can't be " + what + ": " + reason);
  };
  if (descriptor < 0) fail("written");
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t written = ::write(descriptor, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("written");
    done += static_cast<std::size_t>(written);
  }
  if (::fsync(descriptor) != 0) fail("synced");
  ::close(descriptor);
  if (::rename(temporary.c_str(), file.c_str()) != 0) fail("renamed");
  sync_folder(file.parent_path());
}

void sync_file(const fs::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  const std::string reason = std::strerror(errno);
  if (descriptor >= 0) ::close(descriptor);
  if (!synced) throw Failure(file.string() + " can't be synced: " + reason);
}

void sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace assay
