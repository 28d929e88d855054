// From a decoded picture to one that is rendered: masked, reduced where it is stored smaller, and with what the fixed
// crop needs to know. Packed pictures and those that are decoded each time are made here alike.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "assay/experiment.h"
#include "stored_picture.h"

namespace assay::data {

/// What decides the pixels of a prepared picture, beside its file.
struct PreparingOptions {
  std::vector<MaskOptions> mask;
  std::optional<std::int64_t> stored_size;  ///< longer side that larger pictures are reduced to
  bool finds_foreground = false;
};

/// One level, until more are made.
struct PreparedPicture {
  std::int64_t width = 0;  ///< of the source
  std::int64_t height = 0;
  Box foreground;  ///< in source pixels; empty where it was not looked for
  LevelledPicture levels;

  /// As renderers want it; valid until more levels are made.
  StoredPicture stored(const std::optional<FixedCropOptions>& crop) const;
};

PreparedPicture prepare_picture(Picture decoded, const PreparingOptions& options);

/// Sides that pictures of these sides are stored with.
struct StoredSides {
  std::int64_t width = 0;
  std::int64_t height = 0;
};
StoredSides stored_sides(std::int64_t width, std::int64_t height, const std::optional<std::int64_t>& stored_size);

}  // namespace assay::data
