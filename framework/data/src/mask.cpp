#include "mask.h"

#include <algorithm>
#include <cmath>

namespace assay::data {
namespace {

std::int64_t first_pixel(double share, std::int64_t side) {
  return std::clamp(static_cast<std::int64_t>(std::floor(share * static_cast<double>(side))), std::int64_t{0}, side);
}

std::int64_t end_pixel(double share, std::int64_t side) {
  return std::clamp(static_cast<std::int64_t>(std::ceil(share * static_cast<double>(side))), std::int64_t{0}, side);
}

}  // namespace

void apply_mask(Picture& picture, std::span<const MaskOptions> rectangles) {
  if (rectangles.empty()) return;
  const Rgb fill = median_of_picture(picture);
  for (const MaskOptions& rectangle : rectangles) {
    const std::int64_t left = first_pixel(rectangle.left, picture.width);
    const std::int64_t right = end_pixel(rectangle.right, picture.width);
    const std::int64_t bottom = end_pixel(rectangle.bottom, picture.height);
    for (std::int64_t y = first_pixel(rectangle.top, picture.height); y < bottom; ++y) {
      for (std::int64_t x = left; x < right; ++x) std::ranges::copy(fill, picture.row(y) + 3 * x);
    }
  }
}

}  // namespace assay::data
