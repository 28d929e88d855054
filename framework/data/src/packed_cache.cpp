#include "packed_cache.h"

#include "assay/error.h"

namespace assay {
namespace {

using data::Box;
using data::StoredLevel;

static_assert(kPackSlack >= data::kLevelSlack, "kernels read behind a level what the pack must have there");

Box foreground_in(const PackedPicture& picture) {
  const auto& [left, top, width, height] = picture.foreground;
  return {left, top, width, height};
}

std::size_t lay_out_levels(const PackedPicture& picture, const std::uint8_t* pixels, std::span<StoredLevel> levels) {
  StoredLevel level{pixels, picture.width, picture.height};
  for (std::size_t count = 0;;) {
    levels[count++] = level;
    if (level.width == 1 && level.height == 1) return count;
    level = {level.rgb + level.width * level.height * 3 + kPackSlack, (level.width + 1) / 2, (level.height + 1) / 2};
  }
}

}  // namespace

PackedCache::PackedCache(const std::filesystem::path& file, const std::string& key, Console& console)
    : file_(file), console_(console), checked_(file_.pictures().size()) {
  if (file_.key() != key) throw InvalidInput(file.string() + " holds other pictures than its name says");
}

bool PackedCache::find(const std::string& content_hash, MappedPicture& picture) const {
  const PackedPicture* packed = look_up(content_hash);
  if (packed == nullptr || !is_good(*packed)) return false;
  const std::size_t count = lay_out_levels(*packed, file_.pixels(*packed), picture.levels);
  picture.foreground = foreground_in(*packed);
  picture.stored.width = packed->source_width;
  picture.stored.height = packed->source_height;
  picture.stored.levels = std::span(picture.levels).first(count);
  picture.stored.border_median = packed->border;
  picture.stored.mean = packed->mean;
  return true;
}

std::optional<Box> PackedCache::foreground_of(const std::string& content_hash) const {
  const PackedPicture* packed = look_up(content_hash);
  if (packed == nullptr) return std::nullopt;
  return foreground_in(*packed);
}

const PackedPicture* PackedCache::look_up(const std::string& content_hash) const {
  // First of all: the index, too, lies in the mapping.
  if (!file_.is_whole()) {
    tell_once("was cut short by another program");
    return nullptr;
  }
  return file_.find(parse_content_hash(content_hash));
}

bool PackedCache::is_good(const PackedPicture& picture) const {
  // Two threads may check the same picture at once; they find the same.
  std::atomic<Checked>& checked = checked_[static_cast<std::size_t>(&picture - file_.pictures().data())];
  Checked found = checked.load(std::memory_order_relaxed);
  if (found == Checked::no) {
    found = file_.is_intact(picture) ? Checked::good : Checked::bad;
    checked.store(found, std::memory_order_relaxed);
  }
  if (found == Checked::bad) tell_once("is damaged: pixels don't have the hash they were written with");
  return found == Checked::good;
}

void PackedCache::tell_once(const std::string& what) const {
  if (is_told_.exchange(true)) return;
  file_.set_aside();
  console_.warn(file_.path().string() + " " + what +
                "; such pictures are decoded from their files, and the next run packs them again");
}

}  // namespace assay
