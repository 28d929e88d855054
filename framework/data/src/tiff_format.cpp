// TIFF: a directory of tags, each with a type, a count and its values or their place. Adobe, "TIFF Revision 6.0", and
// the BigTIFF extension with 8-byte places. Only the first page is used.
#include <map>
#include <vector>

#include "image_format.h"

namespace assay::data {
namespace {

enum Tag : std::uint64_t {
  kWidth = 256,
  kHeight = 257,
  kPhotometric = 262,
  kStripOffsets = 273,
  kStripByteCounts = 279,
  kTileOffsets = 324,
  kTileByteCounts = 325
};

class TiffFile {
 public:
  explicit TiffFile(const ImageBytes& file) : file_(file), little_(file.u8(0) == 'I'), big_(number(2, 2) == 43) {
    if (!big_ && number(2, 2) != 42) throw BadImage("is no BMP, PNG, JPEG or TIFF file, whatever its name says");
    read_first_directory();
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

  void read_first_directory() {
    const int pointer = static_cast<int>(pointer_size());
    const std::uint64_t directory = number(big_ ? 8 : 4, pointer);
    const int count_size = big_ ? 8 : 2;
    const std::uint64_t count = number(directory, count_size);
    const std::uint64_t entry_size = big_ ? 20 : 12;
    if (count > file_.size() / entry_size) throw BadImage("is truncated: its TIFF directory is not complete");
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t at = directory + static_cast<std::uint64_t>(count_size) + i * entry_size;
      entries_[number(at, 2)] = {number(at + 2, 2), number(at + 4, pointer),
                                 at + 4 + static_cast<std::uint64_t>(pointer)};
    }
  }

  ImageBytes file_;
  bool little_;
  bool big_;
  std::map<std::uint64_t, Entry> entries_;
};

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
  return {ImageFormat::tiff, static_cast<std::int64_t>(tiff.value(kWidth)),
          static_cast<std::int64_t>(tiff.value(kHeight))};
}

}  // namespace assay::data
