#include "mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "assay/error.h"

namespace assay::detail {
namespace {

/// Closes a file descriptor at the end of a scope.
struct Descriptor {
  int number;
  ~Descriptor() { ::close(number); }
};

[[noreturn]] void throw_unreadable(const std::filesystem::path& file) {
  throw Failure(file.string() + ": can't be read: " + std::strerror(errno));
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& file) {
  // Not blocking, or opening a named pipe would wait for its writer.
  const Descriptor descriptor{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (descriptor.number < 0) throw_unreadable(file);
  struct stat status {};
  if (::fstat(descriptor.number, &status) != 0) throw_unreadable(file);
  if (!S_ISREG(status.st_mode)) throw FormatError("it is not a regular file");
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return;
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor.number, 0);
  if (address == MAP_FAILED) throw_unreadable(file);
  bytes_ = {static_cast<const std::byte*>(address), size};
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

void Cursor::seek(std::uint64_t position) {
  if (position > bytes_.size()) throw FormatError(what_ + " ends early");
  position_ = static_cast<std::size_t>(position);
}

Bytes Cursor::take(std::uint64_t count) {
  if (count > left()) throw FormatError(what_ + " ends early");
  const Bytes taken = bytes_.subspan(position_, static_cast<std::size_t>(count));
  position_ += taken.size();
  return taken;
}

std::uint64_t Cursor::number(std::size_t count) {
  std::uint64_t value = 0;
  const Bytes taken = take(count);
  for (std::size_t i = 0; i < count; ++i) value |= std::to_integer<std::uint64_t>(taken[i]) << (8 * i);
  return value;
}

std::string Cursor::text(std::uint64_t count) {
  const Bytes taken = take(count);
  return {reinterpret_cast<const char*>(taken.data()), taken.size()};
}

}  // namespace assay::detail
