#include "feature_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "assay/error.h"
#include "assay/hash.h"

namespace assay {
namespace {

constexpr const char* kRows = "features";
constexpr const char* kKey = "key";
constexpr const char* kHash = "sha256";

std::string hash_of_bytes(const TensorView& view) {
  Sha256 hash;
  hash.update(view.bytes);
  return hash.finish();
}

// A mapping outlives its file's name, so the lock only saves the next run's work, and who cuts a file short is rare: a
// run with very many views goes without some locks rather than run out of descriptors.
bool is_among_the_last_descriptors(int descriptor) {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 && static_cast<rlim_t>(descriptor) >= limit.rlim_cur / 2;
}

/// Marks a file as in use, and sees when it is cut short.
class UseLock {
 public:
  explicit UseLock(const std::filesystem::path& file) : descriptor_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0) return;
    size_ = size();
    ::futimens(descriptor_, nullptr);  // fails in a folder of someone else's, whose cache this run may still read
    if (is_among_the_last_descriptors(descriptor_) || ::flock(descriptor_, LOCK_SH) != 0) release();
  }
  ~UseLock() { release(); }
  UseLock(const UseLock&) = delete;
  UseLock& operator=(const UseLock&) = delete;

  /// As long as it was. Reading what was cut off a mapped file would end the process by SIGBUS.
  bool is_whole() const { return descriptor_ < 0 || size() >= size_; }

 private:
  off_t size() const {
    struct stat status {};
    return ::fstat(descriptor_, &status) == 0 ? status.st_size : 0;
  }
  void release() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }

  int descriptor_;
  off_t size_ = 0;
};

/// The lock is taken before the file is mapped: a file that goes away in between is then found missing, not half used.
struct OpenedFile {
  UseLock lock;
  TensorFile tensors;

  explicit OpenedFile(const std::filesystem::path& file) : lock(file), tensors(TensorFile::open(file)) {}

  void check() const {
    if (lock.is_whole()) return;
    throw Failure(tensors.path().string() +
                  " was cut short while it was in use; resume the run: its features are then computed again");
  }
};

std::shared_ptr<const OpenedFile> opened_file(const std::filesystem::path& file) {
  try {
    return std::make_shared<const OpenedFile>(file);
  } catch (const InvalidInput&) {
    // The reader's own words quote a header that isn't whole: a page of our key.
    throw InvalidInput(file.string() + " is damaged: it can't be read as a file of features");
  }
}

}  // namespace

FeatureRows open_feature_file(const std::filesystem::path& file, const FeatureFileContents& wanted) {
  const auto opened = opened_file(file);
  const TensorView* view = opened->tensors.find(kRows);
  const auto& metadata = opened->tensors.metadata();
  const auto key = metadata.find(kKey);
  const auto hash = metadata.find(kHash);
  const bool fits = view != nullptr && view->dtype == wanted.dtype && !view->shape.empty() &&
                    view->shape.front() == wanted.count && key != metadata.end() && key->second == wanted.key;
  if (!fits) throw InvalidInput(file.string() + " holds other features than its name says");
  if (hash == metadata.end() || hash->second != hash_of_bytes(*view)) {
    throw InvalidInput(file.string() + " is damaged: its contents don't have the hash it was written with");
  }
  return {*view, opened, [file = opened.get()] { file->check(); }};
}

void write_feature_file(const std::filesystem::path& file, const std::string& key, const TensorView& rows) {
  TensorView named = rows;
  named.name = kRows;
  write_safetensors(file, std::span(&named, 1), {{kKey, key}, {kHash, hash_of_bytes(rows)}});
}

}  // namespace assay
