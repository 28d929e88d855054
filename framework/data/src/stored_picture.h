// A picture as it is stored for rendering: 8-bit levels at full, half, a quarter, ... of its size, and what is known of
// the whole. The pixels belong to whoever made it: a mapped file (packed_cache.h) or a LevelledPicture.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "assay/data/view.h"
#include "fixed_crop.h"
#include "picture.h"

namespace assay::data {

/// Bytes behind a level that may be read, so that pixels can be loaded several bytes at a time.
inline constexpr std::int64_t kLevelSlack = 16;

/// 8-bit RGB, rows from the top, without gaps. kLevelSlack bytes behind the last pixel may be read.
struct StoredLevel {
  const std::uint8_t* rgb = nullptr;
  std::int64_t width = 0;
  std::int64_t height = 0;

  const std::uint8_t* row(std::int64_t y) const { return rgb + y * width * 3; }
};

/// Level l + 1 has half the sides of level l, rounded up; its pixels are the means of 2 x 2, and beyond an odd side of
/// the border's median. Each level is rounded once, from means kept in 1/256.
struct StoredPicture {
  double width = 0;  ///< of the source, pixels; level 0 may be smaller (pipeline.stored_size)
  double height = 0;
  std::span<const StoredLevel> levels;  ///< at least one; all down to 1 x 1, or as many as were asked for
  Rgb border_median{};                  ///< what lies outside
  Levels mean{};                        ///< mean colour of the whole
  Box box;                              ///< the fixed crop, in source pixels
};

/// A stored picture that owns its pixels.
class LevelledPicture {
 public:
  /// box: the fixed crop of this picture. Makes one level.
  LevelledPicture(Picture picture, const Box& box);

  /// Makes further levels until there are count, or the last is 1 x 1.
  void make_levels(std::int64_t count);

  const StoredPicture& stored() const { return stored_; }

 private:
  std::vector<std::vector<std::uint8_t>> pixels_;
  std::vector<std::uint16_t> means_;  ///< of the last level, in 1/256
  std::vector<StoredLevel> levels_;
  StoredPicture stored_;
};

}  // namespace assay::data
