#include "prepared_picture.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

#include "mask.h"

namespace assay::data {
namespace {

/// The mean of the source pixels below each pixel, by area: antialiased, and independent of what lies beyond them.
Picture reduce(const Picture& picture, const StoredSides& sides) {
  // OpenCV reads through a pointer that is not const, and does not write.
  const cv::Mat source(static_cast<int>(picture.height), static_cast<int>(picture.width), CV_8UC3,
                       const_cast<std::uint8_t*>(picture.rgb.data()));
  Picture reduced{sides.width, sides.height, {}};
  reduced.rgb.resize(static_cast<std::size_t>(sides.width * sides.height * 3));
  cv::Mat target(static_cast<int>(sides.height), static_cast<int>(sides.width), CV_8UC3, reduced.rgb.data());
  cv::resize(source, target, target.size(), 0, 0, cv::INTER_AREA);
  return reduced;
}

}  // namespace

StoredSides stored_sides(std::int64_t width, std::int64_t height, const std::optional<std::int64_t>& stored_size) {
  const std::int64_t longer = std::max(width, height);
  if (!stored_size || longer <= *stored_size) return {width, height};
  const auto reduced = [&](std::int64_t side) {
    return std::max<std::int64_t>(1, (2 * side * *stored_size + longer) / (2 * longer));
  };
  return {reduced(width), reduced(height)};
}

PreparedPicture prepare_picture(Picture decoded, const PreparingOptions& options) {
  apply_mask(decoded, options.mask);
  const std::int64_t width = decoded.width;
  const std::int64_t height = decoded.height;
  const Box foreground = options.finds_foreground ? foreground_of(decoded) : Box{};
  const StoredSides sides = stored_sides(width, height, options.stored_size);
  if (sides.width != width || sides.height != height) decoded = reduce(decoded, sides);
  return {width, height, foreground, LevelledPicture(std::move(decoded), Box{})};
}

StoredPicture PreparedPicture::stored(const std::optional<FixedCropOptions>& crop) const {
  StoredPicture stored = levels.stored();
  stored.width = static_cast<double>(width);
  stored.height = static_cast<double>(height);
  stored.box = fixed_crop(stored.width, stored.height, crop, foreground);
  return stored;
}

}  // namespace assay::data
