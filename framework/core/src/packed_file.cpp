#include "assay/packed_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "assay/error.h"
#include "file_identity.h"
#include "pack_header.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using detail::PackHeader;

/// Larger keys than any that is written.
constexpr std::uint32_t kMostKeyBytes = 1 << 20;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

/// Not blocking: opening a named pipe would wait for its other end.
int open_to_read(const fs::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) throw Failure(file.string() + ": can't be read: " + std::strerror(errno));
  return descriptor;
}

[[noreturn]] void refuse(const fs::path& file, const std::string& why) {
  throw InvalidInput(file.string() + " " + why);
}

std::uint64_t bytes_of_file(int descriptor, const fs::path& file) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) throw Failure(file.string() + ": can't be read: " + std::strerror(errno));
  if (!S_ISREG(status.st_mode)) refuse(file, "is no regular file");
  return static_cast<std::uint64_t>(status.st_size);
}

/// Sizes that can't be are refused here, so that sums of them can't run over.
void check_header(const PackHeader& header, std::uint64_t file_bytes, const fs::path& file) {
  if (header.magic != PackHeader::kMagic) refuse(file, "is no pack of pictures");
  if (header.version != PackHeader::kVersion) {
    refuse(file,
           "is a pack of format " + std::to_string(header.version) + ", not " + std::to_string(PackHeader::kVersion));
  }
  if (header.file_bytes != file_bytes) {
    const std::string was = file_bytes < header.file_bytes ? "is cut short" : "has grown since it was written";
    refuse(file, was + ": it has " + std::to_string(file_bytes) + " bytes, not " + std::to_string(header.file_bytes));
  }
  const bool fits = header.key_bytes <= kMostKeyBytes && header.index_offset <= file_bytes &&
                    header.index_offset % detail::kPackAlignment == 0 &&
                    header.pictures <= (file_bytes - header.index_offset) / sizeof(PackedPicture) &&
                    sizeof(PackHeader) + header.key_bytes <= header.index_offset;
  if (!fits) refuse(file, "is damaged: its header holds sizes that don't fit it");
}

bool read_at(int descriptor, std::uint64_t offset, void* into, std::size_t count) {
  return ::pread(descriptor, into, count, static_cast<off_t>(offset)) == static_cast<ssize_t>(count);
}

bool lies_before(const PackedPicture& picture, std::uint64_t end) {
  constexpr std::int32_t kLongestSide = 1 << 26;
  if (picture.width < 1 || picture.height < 1 || picture.width > kLongestSide || picture.height > kLongestSide ||
      picture.source_width < 1 || picture.source_height < 1) {
    return false;
  }
  const auto size = static_cast<std::uint64_t>(packed_size(picture.width, picture.height));
  return picture.offset >= sizeof(PackHeader) && picture.offset <= end && size <= end - picture.offset;
}

}  // namespace

ContentHash parse_content_hash(std::string_view digits) {
  ContentHash hash{};
  const auto value = [](char digit) -> int {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    return -1;
  };
  if (digits.size() != 2 * hash.size()) return {};
  for (std::size_t i = 0; i < hash.size(); ++i) {
    const int high = value(digits[2 * i]);
    const int low = value(digits[2 * i + 1]);
    if (high < 0 || low < 0) return {};
    hash[i] = static_cast<std::uint8_t>(16 * high + low);
  }
  return hash;
}

std::int64_t packed_size(std::int64_t width, std::int64_t height) {
  std::int64_t bytes = 0;
  for (;; width = (width + 1) / 2, height = (height + 1) / 2) {
    bytes += width * height * 3 + kPackSlack;
    if (width == 1 && height == 1) return bytes;
  }
}

fs::path draft_of_pack(const fs::path& file) {
  fs::path draft = file;
  return draft.replace_extension(".packing");
}

PackSummary summary_of_pack(const fs::path& file) {
  const Descriptor opened(open_to_read(file));
  const std::uint64_t file_bytes = bytes_of_file(opened.number(), file);
  PackHeader header;
  if (!read_at(opened.number(), 0, &header, sizeof(header))) refuse(file, "is no pack of pictures");
  check_header(header, file_bytes, file);
  PackSummary summary{static_cast<std::int64_t>(header.pictures), std::string(header.key_bytes, '\0')};
  if (!read_at(opened.number(), sizeof(header), summary.key.data(), summary.key.size())) {
    throw Failure(file.string() + ": can't be read: " + std::strerror(errno));
  }
  return summary;
}

PackedFile::PackedFile(const fs::path& file, PackUse use) : path_(file) {
  Descriptor opened(open_to_read(file));
  descriptor_ = opened.number();
  // Before mapping: a file that is removed in between stays whole for us.
  while (::flock(descriptor_, LOCK_SH) != 0 && errno == EINTR) {
  }
  try {
    map();
    check();
  } catch (...) {
    if (!bytes_.empty()) ::munmap(const_cast<std::uint8_t*>(bytes_.data()), bytes_.size());
    throw;
  }
  // Fails for a file of someone else's, which may be used all the same.
  if (use == PackUse::pictures) ::futimens(descriptor_, nullptr);
  opened.release();
}

PackedFile::~PackedFile() {
  ::munmap(const_cast<std::uint8_t*>(bytes_.data()), bytes_.size());
  ::close(descriptor_);
}

void PackedFile::map() {
  const std::uint64_t size = bytes_of_file(descriptor_, path_);
  if (size < sizeof(PackHeader)) refuse(path_, "is no pack of pictures");
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor_, 0);
  if (address == MAP_FAILED) throw Failure(path_.string() + ": can't be mapped: " + std::strerror(errno));
  bytes_ = {static_cast<const std::uint8_t*>(address), size};
}

void PackedFile::check() {
  PackHeader header;
  std::memcpy(&header, bytes_.data(), sizeof(header));
  check_header(header, bytes_.size(), path_);
  key_.assign(reinterpret_cast<const char*>(bytes_.data()) + sizeof(header), header.key_bytes);
  // Aligned by check_header, and made of plain numbers: it is used where it lies.
  pictures_ = {reinterpret_cast<const PackedPicture*>(bytes_.data() + header.index_offset), header.pictures};
  if (header.hash != detail::hash_of_index(header, key_, pictures_)) {
    refuse(path_, "is damaged: its index doesn't have the hash it was written with");
  }
  const bool fit = std::ranges::all_of(
      pictures_, [&](const PackedPicture& picture) { return lies_before(picture, header.index_offset); });
  if (!fit) refuse(path_, "is damaged: its index points outside of it");
}

const PackedPicture* PackedFile::find(const ContentHash& content) const {
  const auto found = std::ranges::lower_bound(pictures_, content, {}, &PackedPicture::content);
  return found != pictures_.end() && found->content == content ? &*found : nullptr;
}

bool PackedFile::is_intact(const PackedPicture& picture) const {
  const auto size = static_cast<std::size_t>(packed_size(picture.width, picture.height));
  return detail::hash_of_pixels(bytes_.subspan(picture.offset, size)) == picture.pixels_hash;
}

bool PackedFile::is_whole() const {
  struct stat status {};
  return ::fstat(descriptor_, &status) == 0 && static_cast<std::uint64_t>(status.st_size) >= bytes_.size();
}

void PackedFile::set_aside() const {
  if (detail::has_name(descriptor_, path_)) ::unlink(path_.c_str());
}

}  // namespace assay
