// TIFF: a directory of tags, each with a type, a count and its values or their place. Adobe, "TIFF Revision 6.0", and
// the BigTIFF extension with 8-byte places. EXIF data are built alike.
#include <map>
#include <set>
#include <vector>

#include "image_format.h"

namespace assay::data {
namespace {

enum Tag : std::uint64_t {
  kSubfileType = 254,
  kWidth = 256,
  kHeight = 257,
  kPhotometric = 262,
  kStripOffsets = 273,
  kOrientation = 274,
  kStripByteCounts = 279,
  kTileOffsets = 324,
  kTileByteCounts = 325
};

class TiffFile {
 public:
  explicit TiffFile(const ImageBytes& file) : file_(file), little_(file.u8(0) == 'I'), big_(number(2, 2) == 43) {
    if (!big_ && number(2, 2) != 42) throw BadImage("is no BMP, PNG, JPEG or TIFF file, whatever its name says");
    turn_to(number(big_ ? 8 : 4, static_cast<int>(pointer_size())));
  }

  /// Where the page's directory is.
  std::uint64_t directory() const { return directory_; }

  /// Where the next page's directory is; 0 for none.
  std::uint64_t next() const { return number(next_at_, static_cast<int>(pointer_size())); }

  /// Reads the page whose directory is at a place.
  void turn_to(std::uint64_t directory) {
    const int pointer = static_cast<int>(pointer_size());
    entries_.clear();
    const int count_size = big_ ? 8 : 2;
    const std::uint64_t count = number(directory, count_size);
    const std::uint64_t entry_size = big_ ? 20 : 12;
    // BigTIFF counts in eight bytes, though there are no more tags than two bytes can number.
    constexpr std::uint64_t kMostTags = 65536;
    if (count > kMostTags) throw BadImage("is damaged: a TIFF directory of it has more entries than there are tags");
    if (count > file_.size() / entry_size) throw BadImage("is truncated: its TIFF directory is not complete");
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t at = directory + static_cast<std::uint64_t>(count_size) + i * entry_size;
      // The first of two entries of one tag counts, as it does for libtiff, which decodes.
      entries_.try_emplace(number(at, 2), Entry{number(at + 2, 2), number(at + 4, pointer),
                                                at + 4 + static_cast<std::uint64_t>(pointer)});
    }
    directory_ = directory;
    next_at_ = directory + static_cast<std::uint64_t>(count_size) + count * entry_size;
  }

  std::uint64_t value(Tag tag) const {
    const std::vector<std::uint64_t> all = values(tag);
    return all.empty() ? 0 : all.front();
  }

  std::vector<std::uint64_t> values(Tag tag) const {
    const auto found = entries_.find(tag);
    if (found == entries_.end()) return {};
    const Entry& entry = found->second;
    if (entry.count > file_.size()) throw BadImage("is damaged: a TIFF tag has more values than the file has bytes");
    const int size = size_of(entry.type);
    const std::uint64_t total = entry.count * static_cast<std::uint64_t>(size);
    const std::uint64_t start = total <= pointer_size() ? entry.at : number(entry.at, static_cast<int>(pointer_size()));
    std::vector<std::uint64_t> all;
    for (std::uint64_t i = 0; i < entry.count; ++i)
      all.push_back(number(start + i * static_cast<std::uint64_t>(size), size));
    return all;
  }

 private:
  struct Entry {
    std::uint64_t type;
    std::uint64_t count;
    std::uint64_t at;  ///< of the value field
  };

  std::uint64_t number(std::uint64_t at, int size) const {
    return little_ ? file_.little(at, size) : file_.big(at, size);
  }
  std::uint64_t pointer_size() const { return big_ ? 8 : 4; }

  static int size_of(std::uint64_t type) {
    switch (type) {
      case 3:
        return 2;  // SHORT
      case 4:
      case 13:
        return 4;  // LONG, IFD
      case 16:
      case 18:
        return 8;  // LONG8, IFD8
      default:
        return 1;
    }
  }

  ImageBytes file_;
  bool little_;
  bool big_;
  std::map<std::uint64_t, Entry> entries_;
  std::uint64_t directory_ = 0;
  std::uint64_t next_at_ = 0;
};

/// Pages that show something of their own: smaller versions of another page and masks don't count. Throws BadImage
/// where their list is a circle.
std::int64_t count_pages(TiffFile tiff) {
  constexpr std::uint64_t kSmallerVersionOrMask = 1 | 4;
  std::int64_t pages = 1;
  std::set<std::uint64_t> visited{tiff.directory()};
  std::uint64_t next = tiff.next();
  while (next != 0) {
    if (!visited.insert(next).second) throw BadImage("is damaged: its list of TIFF pages is a circle");
    try {
      tiff.turn_to(next);
      if ((tiff.value(kSubfileType) & kSmallerVersionOrMask) == 0) ++pages;
      next = tiff.next();
    } catch (const BadImage&) {
      break;  // a damaged later page is of no matter for the first one, which is all that is read
    }
  }
  return pages;
}

void check_data(const ImageBytes& file, const std::vector<std::uint64_t>& offsets,
                const std::vector<std::uint64_t>& sizes) {
  if (offsets.empty() || offsets.size() != sizes.size())
    throw BadImage("is damaged: it does not say where its pixels are");
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    if (offsets[i] > file.size() || sizes[i] > file.size() - offsets[i]) {
      throw BadImage("is truncated: part " + std::to_string(i + 1) + " of its " + std::to_string(offsets.size()) +
                     " strips or tiles is missing");
    }
  }
}

}  // namespace

ImageHeader inspect_tiff(const ImageBytes& file) {
  const TiffFile tiff(file);
  constexpr std::uint64_t kSeparated = 5;
  if (tiff.value(kPhotometric) == kSeparated) {
    throw BadImage("is a CMYK TIFF, whose colours need its printer's profile; convert it to RGB");
  }
  const bool tiled = !tiff.values(kTileOffsets).empty();
  check_data(file, tiff.values(tiled ? kTileOffsets : kStripOffsets),
             tiff.values(tiled ? kTileByteCounts : kStripByteCounts));
  if (const std::int64_t pages = count_pages(tiff); pages > 1) {
    throw BadImage("has " + std::to_string(pages) +
                   " pages, and only the first would be seen; save the one to be used by itself");
  }
  return {ImageFormat::tiff, static_cast<std::int64_t>(tiff.value(kWidth)),
          static_cast<std::int64_t>(tiff.value(kHeight))};
}

int exif_orientation(std::span<const std::uint8_t> block) {
  try {
    const std::uint64_t orientation = TiffFile(ImageBytes(block)).value(kOrientation);
    return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
  } catch (const BadImage&) {
    return 1;
  }
}

}  // namespace assay::data
