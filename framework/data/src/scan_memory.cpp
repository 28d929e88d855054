#include "scan_memory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <fstream>
#include <span>
#include <system_error>
#include <type_traits>
#include <unordered_set>

namespace assay::data {
namespace fs = std::filesystem;

namespace {

/// Another number makes all that was kept with another meaning count as none.
constexpr std::string_view kMagic = "assay scan 2\n";
constexpr std::size_t kChecksumSize = 32;

std::int64_t nanoseconds(const timespec& time) { return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; }

/// Numbers as they lie in memory, since a cache does not travel; texts behind their lengths.
class Writer {
 public:
  template <typename T>
  void number(T value) {
    static_assert(std::is_arithmetic_v<T>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  void text(std::string_view text) {
    number(static_cast<std::uint32_t>(text.size()));
    bytes_.append(text);
  }
  void cells(const ImagePrint::Cells& cells) {
    bytes_.append(reinterpret_cast<const char*>(cells.data()), sizeof(cells));
  }
  void raw(std::string_view bytes) { bytes_.append(bytes); }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

struct DamagedMemory {};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  template <typename T>
  T number() {
    T value;
    std::memcpy(&value, take(sizeof(value)).data(), sizeof(value));
    return value;
  }
  std::string text() { return std::string(take(number<std::uint32_t>())); }
  void cells(ImagePrint::Cells& cells) { std::memcpy(cells.data(), take(sizeof(cells)).data(), sizeof(cells)); }
  std::string_view take(std::size_t size) {
    if (size > bytes_.size()) throw DamagedMemory();
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

 private:
  std::string_view bytes_;
};

std::string read_all(const fs::path& file) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) return "";
  std::string bytes(static_cast<std::size_t>(in.tellg()), '\0');
  in.seekg(0);
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return in ? bytes : "";
}

void write_check(Writer& out, const FileCheck& check) {
  out.text(check.content_hash);
  out.text(check.problem);
  out.number(static_cast<std::uint8_t>(check.misnamed));
  out.number(check.width);
  out.number(check.height);
  out.number(check.print.filled);
  if (check.print.filled > 0) out.cells(check.print.cells);
}

FileCheck read_check(Reader& in) {
  FileCheck check;
  check.content_hash = in.text();
  check.problem = in.text();
  check.misnamed = in.number<std::uint8_t>() != 0;
  check.width = in.number<std::int64_t>();
  check.height = in.number<std::int64_t>();
  check.print.filled = in.number<std::int16_t>();
  if (check.print.filled > 0) in.cells(check.print.cells);
  return check;
}

/// Written under another name, then renamed, so that nobody ever reads a part.
bool replace_file(const fs::path& file, const std::string& bytes) {
  std::string draft = file.string() + ".XXXXXX";
  const int descriptor = ::mkstemp(draft.data());
  if (descriptor < 0) return false;
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t written = ::write(descriptor, bytes.data() + done, bytes.size() - done);
    if (written <= 0) break;
    done += static_cast<std::size_t>(written);
  }
  const bool complete = ::close(descriptor) == 0 && done == bytes.size();
  if (complete && ::rename(draft.c_str(), file.c_str()) == 0) return true;
  ::unlink(draft.c_str());
  return false;
}

/// Removes the files that were not used for longest until the rest stay below a limit.
void keep_below(const fs::path& folder, std::uintmax_t limit) {
  struct Kept {
    fs::file_time_type used;
    std::uintmax_t size;
    fs::path path;
  };
  std::vector<Kept> files;
  std::error_code error;
  std::uintmax_t total = 0;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    files.push_back({entry->last_write_time(error), entry->file_size(error), entry->path()});
    if (error) return;  // another process tidies up too
    total += files.back().size;
  }
  std::ranges::sort(files, {}, &Kept::used);
  for (const Kept& file : files) {
    if (total <= limit) return;
    if (fs::remove(file.path, error)) total -= file.size;
  }
}

}  // namespace

std::optional<FileState> state_of(const fs::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return std::nullopt;
  return FileState{status.st_size, nanoseconds(status.st_mtim), nanoseconds(status.st_ctim), status.st_ino};
}

bool is_settled(const FileState& state) {
  // File systems count in ticks of up to 10 ms: what changes twice within one looks unchanged.
  constexpr std::int64_t kLongEnough = 100'000'000;
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return nanoseconds(now) - std::max(state.modified, state.changed) > kLongEnough;
}

ScanMemory::ScanMemory(const fs::path& cache, const fs::path& images) {
  if (cache.empty()) return;
  folder_ = cache / "scans";
  const std::string name = images.string();
  file_ = folder_ / content_hash(name.data(), name.size());
  try {
    read();
  } catch (const DamagedMemory&) {
    entries_.clear();
    comparisons_.clear();
  }
}

void ScanMemory::read() {
  const std::string bytes = read_all(file_);
  if (bytes.size() < kMagic.size() + kChecksumSize || !bytes.starts_with(kMagic)) return;
  const std::string_view checked = std::string_view(bytes).substr(0, bytes.size() - kChecksumSize);
  if (content_hash(checked.data(), checked.size()) != bytes.substr(checked.size())) return;
  Reader in(checked.substr(kMagic.size()));
  const auto entries = in.number<std::uint64_t>();
  for (std::uint64_t i = 0; i < entries; ++i) {
    std::string path = in.text();
    Entry entry;
    entry.state = {in.number<std::int64_t>(), in.number<std::int64_t>(), in.number<std::int64_t>(),
                   in.number<std::uint64_t>()};
    entry.check = read_check(in);
    entries_.emplace(std::move(path), std::move(entry));
  }
  const auto comparisons = in.number<std::uint64_t>();
  for (std::uint64_t i = 0; i < comparisons; ++i) {
    std::string hash = in.text();
    std::string other = in.text();
    const bool are_copies = in.number<std::uint8_t>() != 0;
    const double mean_difference = in.number<double>();
    comparisons_[{std::move(hash), std::move(other)}] = {are_copies, mean_difference, in.number<std::int32_t>()};
  }
}

const FileCheck* ScanMemory::recall(const fs::path& file, const FileState& state) {
  const auto found = entries_.find(file.string());
  if (found == entries_.end() || found->second.state != state) return nullptr;
  if (::access(file.c_str(), R_OK) != 0) return nullptr;
  found->second.is_used = true;
  return &found->second.check;
}

void ScanMemory::keep(const fs::path& file, const FileState& state, const FileCheck& check) {
  if (folder_.empty()) return;
  entries_[file.string()] = {state, check, true};
  is_new_ = true;
}

const PictureComparison* ScanMemory::recall(const std::string& hash, const std::string& other) const {
  const auto found = comparisons_.find(std::minmax(hash, other));
  return found == comparisons_.end() ? nullptr : &found->second;
}

void ScanMemory::keep(const std::string& hash, const std::string& other, const PictureComparison& comparison) {
  if (folder_.empty()) return;
  comparisons_[std::minmax(hash, other)] = comparison;
  is_new_ = true;
}

/// What other experiments asked of the same folder stays while it is no more than four times what this one did, so that
/// files long renamed don't fill the disk. Comparisons stay with the contents they are of.
void ScanMemory::forget_others() {
  const auto used =
      static_cast<std::size_t>(std::ranges::count_if(entries_, [](const auto& e) { return e.second.is_used; }));
  if (entries_.size() <= 5 * used) return;
  std::erase_if(entries_, [](const auto& entry) { return !entry.second.is_used; });
  std::unordered_set<std::string> hashes;
  for (const auto& [path, entry] : entries_) hashes.insert(entry.check.content_hash);
  std::erase_if(comparisons_, [&](const auto& comparison) {
    return !hashes.contains(comparison.first.first) || !hashes.contains(comparison.first.second);
  });
}

void ScanMemory::write() {
  constexpr std::uintmax_t kMost = 1'000'000'000;
  if (folder_.empty()) return;
  std::error_code error;
  if (!is_new_) {
    fs::last_write_time(file_, fs::file_time_type::clock::now(), error);
    return;
  }
  forget_others();
  Writer out;
  out.raw(kMagic);
  out.number(static_cast<std::uint64_t>(entries_.size()));
  for (const auto& [path, entry] : entries_) {
    out.text(path);
    out.number(entry.state.size);
    out.number(entry.state.modified);
    out.number(entry.state.changed);
    out.number(entry.state.inode);
    write_check(out, entry.check);
  }
  out.number(static_cast<std::uint64_t>(comparisons_.size()));
  for (const auto& [hashes, comparison] : comparisons_) {
    out.text(hashes.first);
    out.text(hashes.second);
    out.number(static_cast<std::uint8_t>(comparison.are_copies));
    out.number(comparison.mean_difference);
    out.number(static_cast<std::int32_t>(comparison.orientation));
  }
  const std::string checksum = content_hash(out.bytes().data(), out.bytes().size());
  out.raw(checksum);
  fs::create_directories(folder_, error);
  if (out.bytes().size() <= kMost && replace_file(file_, out.bytes())) keep_below(folder_, kMost);
  is_new_ = false;
}

}  // namespace assay::data
