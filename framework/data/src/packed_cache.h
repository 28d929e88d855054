// A pack as the renderer sees it: pictures by the content of their files, each checked when it is first used.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "assay/console.h"
#include "assay/data/packed_cache.h"
#include "assay/packed_file.h"
#include "stored_picture.h"

namespace assay {

/// A picture where it lies in the pack.
struct MappedPicture {
  MappedPicture() = default;
  MappedPicture(const MappedPicture&) = delete;
  MappedPicture& operator=(const MappedPicture&) = delete;

  data::StoredPicture stored;  ///< without the fixed crop
  data::Box foreground;        ///< empty where it was not looked for
  std::array<data::StoredLevel, 32> levels;
};

class PackedCache {
 public:
  /// Throws as PackedFile does, and InvalidInput when the pack's key is another one.
  PackedCache(const std::filesystem::path& file, const std::string& key, Console& console);

  /// Fills in a picture whose file has this content; false when it isn't there, or is damaged, which is told once.
  /// Takes no memory. Any thread.
  bool find(const std::string& content_hash, MappedPicture& picture) const;

  /// The foreground of a picture, where it is in the pack; the pixels are not looked at.
  std::optional<data::Box> foreground_of(const std::string& content_hash) const;

 private:
  enum class Checked : std::uint8_t { no, good, bad };
  const PackedPicture* look_up(const std::string& content_hash) const;
  bool is_good(const PackedPicture& picture) const;
  void tell_once(const std::string& what) const;

  PackedFile file_;
  Console& console_;
  mutable std::vector<std::atomic<Checked>> checked_;  ///< one for each picture
  mutable std::atomic<bool> is_told_{false};
};

}  // namespace assay
