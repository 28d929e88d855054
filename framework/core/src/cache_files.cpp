#include "assay/cache_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <utility>

#include "assay/error.h"
#include "assay/hash.h"
#include "assay/interrupt.h"
#include "assay/packed_file.h"
#include "assay/printable.h"
#include "assay/tensor_file.h"
#include "file_identity.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

constexpr double kUsualLimit = 50e9;
constexpr std::string_view kDemo = "demo-";
constexpr std::string_view kUnfinished = ".unfinished";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Whoever asks whether files of a folder are in use holds its lock meanwhile, so that nobody takes another who asks
/// for a user. Where a folder can't be locked, that may happen.
class FolderLock {
 public:
  explicit FolderLock(const fs::path& folder)
      : descriptor_(::open(folder.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY)) {
    while (descriptor_ >= 0 && ::flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) continue;
  }
  ~FolderLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_;
};

/// The lock that processes hold on what they use; taken by whoever removes it, and for a moment by whoever lists it.
class RemovalLock {
 public:
  explicit RemovalLock(const fs::path& file) : folder_(file.parent_path()) {
    // Between opening and locking, a writer may give the name to a fresh file, which the lock is then not of.
    constexpr int kTries = 4;
    for (int i = 0; i < kTries; ++i) {
      if (take(file)) return;
    }
    is_refused_ = true;
  }
  ~RemovalLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  RemovalLock(const RemovalLock&) = delete;
  RemovalLock& operator=(const RemovalLock&) = delete;

  /// Somebody else holds it.
  bool is_refused() const { return is_refused_; }

 private:
  bool take(const fs::path& file) {
    descriptor_ = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor_ < 0) return true;  // nothing there to be used; removing it says what else is wrong
    is_refused_ = ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (is_refused_ || detail::has_name(descriptor_, file)) return true;
    ::close(std::exchange(descriptor_, -1));
    return false;
  }

  FolderLock folder_;
  int descriptor_ = -1;
  bool is_refused_ = false;
};

/// Files carry their locks themselves, a demo set's folder has one beside it.
fs::path lock_of(const CacheEntry& entry) {
  if (entry.kind != CacheKind::demo) return entry.path;
  return entry.path.parent_path() / (std::string(kDemo) + entry.key + ".lock");
}

std::int64_t bytes_of(const struct stat& status) { return static_cast<std::int64_t>(status.st_blocks) * 512; }

std::int64_t bytes_below(const fs::path& folder) {
  std::int64_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    struct stat status {};
    if (::lstat(entry->path().c_str(), &status) == 0) bytes += bytes_of(status);
  }
  return bytes;
}

/// nullopt where it is gone by now.
std::optional<CacheEntry> entry_of(CacheKind kind, const fs::path& path, std::string key) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
  CacheEntry entry{kind, path, std::move(key)};
  entry.bytes = S_ISDIR(status.st_mode) ? bytes_below(path) : bytes_of(status);
  entry.last_used_ms = std::int64_t{status.st_mtim.tv_sec} * 1000 + status.st_mtim.tv_nsec / 1'000'000;
  entry.is_in_use = RemovalLock(lock_of(entry)).is_refused();
  return entry;
}

using Visitor = std::function<void(const fs::path& path, const std::string& name)>;

void for_each_in(const fs::path& folder, const Visitor& visit) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    visit(entry->path(), entry->path().filename().string());
  }
}

void add(std::vector<CacheEntry>& entries, std::optional<CacheEntry> entry, bool is_draft = false) {
  if (!entry) return;
  entry->is_draft = is_draft;
  entry->is_left_over = is_draft && !entry->is_in_use;
  entries.push_back(std::move(*entry));
}

void add_packed(const fs::path& folder, std::vector<CacheEntry>& entries) {
  for_each_in(folder / "packed", [&](const fs::path& path, const std::string&) {
    const bool is_draft = path.extension() == ".packing";
    if (!is_draft && path.extension() != ".pack") return;
    add(entries, entry_of(CacheKind::packed, path, path.stem().string()), is_draft);
  });
}

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// Whether a draft of features may still have a writer, which holds no lock: the draft's name says which process it is.
/// That process may run in another container, where its number says nothing here, but then it wrote not long ago.
bool may_be_written(const CacheEntry& draft, const std::string& process) {
  constexpr std::int64_t kHour = 3'600'000;
  if (now_ms() - draft.last_used_ms < kHour) return true;
  const bool is_number = !process.empty() && process.find_first_not_of("0123456789") == std::string::npos;
  return is_number && fs::exists("/proc/" + process);
}

void add_features(const fs::path& folder, std::vector<CacheEntry>& entries) {
  for_each_in(folder / "features", [&](const fs::path& path, const std::string& name) {
    const std::size_t draft = name.find(".writing-");
    if (path.extension() == ".safetensors") add(entries, entry_of(CacheKind::features, path, path.stem().string()));
    if (draft == std::string::npos) return;
    auto entry = entry_of(CacheKind::features, path, name.substr(0, name.find('.')));
    if (entry) entry->is_in_use = may_be_written(*entry, name.substr(draft + std::string(".writing-").size()));
    add(entries, entry, true);
  });
}

void add_scans(const fs::path& folder, std::vector<CacheEntry>& entries) {
  for_each_in(folder / "scans", [&](const fs::path& path, const std::string& name) {
    add(entries, entry_of(CacheKind::scans, path, name));
  });
}

void add_demo(const fs::path& folder, std::vector<CacheEntry>& entries) {
  for_each_in(folder, [&](const fs::path& path, const std::string& name) {
    if (!name.starts_with(kDemo) || !fs::is_directory(path)) return;
    const bool is_unfinished = name.ends_with(kUnfinished);
    std::string key = name.substr(kDemo.size());
    if (is_unfinished) key.resize(key.size() - kUnfinished.size());
    add(entries, entry_of(CacheKind::demo, path, std::move(key)), is_unfinished);
  });
}

std::int64_t demo_pictures(const fs::path& folder) {
  std::int64_t count = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() == ".png") ++count;
  }
  return count;
}

std::string damage_of_pack(const fs::path& file) {
  const PackedFile pack(file, PackUse::check);
  for (std::size_t i = 0; i < pack.pictures().size(); ++i) {
    throw_if_interrupted();
    if (pack.is_intact(pack.pictures()[i])) continue;
    return "is damaged: picture " + std::to_string(i + 1) + " of " + std::to_string(pack.pictures().size()) +
           " doesn't have the hash it was written with";
  }
  return "";
}

std::string damage_of_features(const fs::path& file) {
  const TensorFile opened = TensorFile::open(file);
  const auto expected = opened.metadata().find("sha256");
  if (expected == opened.metadata().end() || opened.tensors().size() != 1) return "holds no features with their hash";
  Sha256 hash;
  hash.update(opened.tensors().front().bytes);
  return hash.finish() == expected->second ? "" : "is damaged: its features don't have the hash they were written with";
}

/// What is wrong with a file, without the path that the sentence begins with.
std::string without_path(const InvalidInput& problem, const fs::path& path) {
  std::string what = problem.problems().front().what;
  if (what.starts_with(path.string())) what.erase(0, path.string().size());
  while (what.starts_with(" ") || what.starts_with(":")) what.erase(0, 1);
  return what;
}

}  // namespace

fs::path cache_folder() {
  if (const std::string given = variable("ASSAY_CACHE"); !given.empty()) return fs::absolute(given);
  if (const std::string given = variable("XDG_CACHE_HOME"); !given.empty()) return fs::path(given) / "assay";
  if (const std::string home = variable("HOME"); !home.empty()) return fs::path(home) / ".cache" / "assay";
  throw InvalidInput("there is no folder for caches: set ASSAY_CACHE, XDG_CACHE_HOME or HOME");
}

std::string_view to_text(CacheKind kind) {
  constexpr std::array<std::string_view, 4> kNames{"packed", "features", "scans", "demo"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::vector<CacheEntry> list_cache(const fs::path& folder) {
  std::vector<CacheEntry> entries;
  add_packed(folder, entries);
  add_features(folder, entries);
  add_scans(folder, entries);
  add_demo(folder, entries);
  std::ranges::stable_sort(entries, [](const CacheEntry& a, const CacheEntry& b) {
    return a.kind != b.kind ? a.kind < b.kind : a.last_used_ms > b.last_used_ms;
  });
  return entries;
}

std::optional<std::int64_t> pictures_of(const CacheEntry& entry) {
  if (entry.is_draft) return std::nullopt;
  if (entry.kind == CacheKind::packed) return summary_of_pack(entry.path).pictures;
  if (entry.kind == CacheKind::demo) return demo_pictures(entry.path);
  if (entry.kind == CacheKind::scans) return std::nullopt;
  const TensorFile opened = TensorFile::open(entry.path);
  if (opened.tensors().empty() || opened.tensors().front().shape.empty()) return std::nullopt;
  return opened.tensors().front().shape.front();
}

std::string damage_of(const CacheEntry& entry) {
  if (entry.is_draft) return "";
  try {
    if (entry.kind == CacheKind::packed) return damage_of_pack(entry.path);
    if (entry.kind == CacheKind::features) return damage_of_features(entry.path);
  } catch (const InvalidInput& problem) {
    return without_path(problem, entry.path);
  }
  return "";
}

bool remove_if_unused(const CacheEntry& entry) {
  const RemovalLock lock(lock_of(entry));
  if (lock.is_refused()) return false;
  std::error_code error;
  fs::remove_all(entry.path, error);
  if (error) throw Failure(entry.path.string() + " can't be removed: " + error.message());
  return true;
}

std::int64_t cache_limit() {
  const std::string text = variable("ASSAY_CACHE_LIMIT");
  if (text.empty()) return static_cast<std::int64_t>(kUsualLimit);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string unit(end, text.data() + text.size());
  constexpr std::string_view kUnits = "KMGT";
  const std::size_t power = unit.size() == 1 ? kUnits.find(unit.front()) : std::string_view::npos;
  const bool is_known = unit.empty() || power != std::string_view::npos;
  const double bytes = unit.empty() ? number : number * std::pow(1000.0, static_cast<double>(power) + 1);
  if (error != std::errc() || !is_known || !(bytes >= 0) || bytes > 9e18) {
    throw InvalidInput("ASSAY_CACHE_LIMIT is '" + printable(text) +
                       "'; it needs a number of bytes, or one with K, M, G or T behind it: 50G");
  }
  return static_cast<std::int64_t>(bytes);
}

std::int64_t make_room(const fs::path& folder, std::int64_t bytes) {
  std::vector<CacheEntry> entries;
  add_packed(folder, entries);
  add_features(folder, entries);
  // Drafts first: nobody has used one yet, so that none is the one used last.
  std::ranges::sort(entries, {},
                    [](const CacheEntry& entry) { return std::pair(!entry.is_draft, entry.last_used_ms); });
  const std::int64_t limit = cache_limit();
  std::int64_t total = bytes;
  for (const CacheEntry& entry : entries) total += entry.bytes;
  std::int64_t freed = 0;
  for (std::size_t i = 0; i + 1 < entries.size() && total - freed > limit; ++i) {
    if (entries[i].is_in_use) continue;
    try {
      if (remove_if_unused(entries[i])) freed += entries[i].bytes;
    } catch (const Failure&) {
      // Of another user, say. What can be removed is.
    }
  }
  return freed;
}

}  // namespace assay
