#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "assay/error.h"
#include "assay/packed_file.h"
#include "file_identity.h"
#include "pack_header.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using detail::PackHeader;

std::uint64_t first_offset(const std::string& key) { return detail::aligned(sizeof(PackHeader) + key.size()); }

[[noreturn]] void fail_to_write(const fs::path& file, int error) {
  throw Failure(file.string() + " can't be written: " + std::strerror(error));
}

/// The draft, locked; -1 while another process has it.
int lock_draft(const fs::path& draft) {
  for (;;) {
    const int descriptor = ::open(draft.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor < 0) fail_to_write(draft, errno);
    const bool locked = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
    const int error = errno;
    // Between opening and locking, its writer may have given it the pack's name, or removed it.
    if (locked && detail::has_name(descriptor, draft)) return descriptor;
    ::close(descriptor);
    if (!locked && error != EINTR) {
      if (error != EWOULDBLOCK) fail_to_write(draft, error);
      return -1;
    }
  }
}

/// A write beyond the process's limit on file sizes (ulimit -f) shall be an error to tell, as a full disk is, and not
/// the end of the process.
void survive_size_limit() {
  static const auto before = std::signal(SIGXFSZ, SIG_IGN);
  static_cast<void>(before);
}

void sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

std::unique_ptr<PackWriter> PackWriter::begin(const fs::path& file, const std::string& key) {
  survive_size_limit();
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  if (error) fail_to_write(file.parent_path(), error.value());
  const fs::path draft = draft_of_pack(file);
  const int descriptor = lock_draft(draft);
  if (descriptor < 0) return nullptr;
  std::unique_ptr<PackWriter> writer(new PackWriter(file, draft, descriptor, key));
  if (::ftruncate(descriptor, 0) != 0) writer->fail(errno);  // what a killed process left
  return writer;
}

PackWriter::PackWriter(fs::path file, fs::path draft, int descriptor, std::string key)
    : file_(std::move(file)),
      draft_(std::move(draft)),
      descriptor_(descriptor),
      key_(std::move(key)),
      end_(first_offset(key_)) {}

PackWriter::~PackWriter() {
  if (!draft_.empty()) ::unlink(draft_.c_str());
  ::close(descriptor_);
}

void PackWriter::reserve(std::int64_t bytes) {
  if (bytes <= 0) return;
  int error = 0;
  do {
    error = ::fallocate(descriptor_, 0, 0, bytes) == 0 ? 0 : errno;
  } while (error == EINTR);
  // Not every file system can; on those, writing finds out.
  if (error != 0 && error != EOPNOTSUPP && error != ENOSYS) fail(error);
}

void PackWriter::add(PackedPicture picture, std::span<const std::uint8_t> levels) {
  picture.pixels_hash = detail::hash_of_pixels(levels);
  {
    const std::scoped_lock lock(mutex_);
    picture.offset = end_;
    end_ = detail::aligned(end_ + levels.size());
    pictures_.push_back(picture);
  }
  write_at(picture.offset, levels);
}

void PackWriter::commit() {
  std::ranges::sort(pictures_, {}, &PackedPicture::content);
  PackHeader header;
  header.key_bytes = static_cast<std::uint32_t>(key_.size());
  header.pictures = pictures_.size();
  header.index_offset = end_;
  header.file_bytes = end_ + pictures_.size() * sizeof(PackedPicture);
  header.hash = detail::hash_of_index(header, key_, pictures_);
  write_at(end_, {reinterpret_cast<const std::uint8_t*>(pictures_.data()), pictures_.size() * sizeof(PackedPicture)});
  write_at(sizeof(header), {reinterpret_cast<const std::uint8_t*>(key_.data()), key_.size()});
  write_at(0, {reinterpret_cast<const std::uint8_t*>(&header), sizeof(header)});
  // Less was needed than was reserved where pictures could not be decoded.
  if (::ftruncate(descriptor_, static_cast<off_t>(header.file_bytes)) != 0) fail(errno);
  if (::fsync(descriptor_) != 0) fail(errno);
  if (::rename(draft_.c_str(), file_.c_str()) != 0) fail(errno);
  draft_.clear();
  sync_folder(file_.parent_path());
}

void PackWriter::write_at(std::uint64_t offset, std::span<const std::uint8_t> bytes) const {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
}

void PackWriter::fail(int error) const { fail_to_write(file_, error); }

}  // namespace assay
