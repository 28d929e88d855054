#include "foreground.h"

#include <algorithm>
#include <cstdlib>

namespace assay::data {
namespace {

constexpr int kTolerance = 16;

bool is_unlike(const std::uint8_t* rgb, const Rgb& background) {
  int difference = 0;
  for (std::size_t c = 0; c < 3; ++c) difference = std::max(difference, std::abs(int{rgb[c]} - int{background[c]}));
  return difference > kTolerance;
}

}  // namespace

cv::Mat foreground_mask(const Picture& picture) {
  const Rgb background = median_of_border(picture);
  cv::Mat mask(static_cast<int>(picture.height), static_cast<int>(picture.width), CV_8UC1);
  for (std::int64_t y = 0; y < picture.height; ++y) {
    const std::uint8_t* rgb = picture.row(y);
    std::uint8_t* out = mask.ptr<std::uint8_t>(static_cast<int>(y));
    for (std::int64_t x = 0; x < picture.width; ++x, rgb += 3) out[x] = is_unlike(rgb, background) ? 1 : 0;
  }
  return mask;
}

bool has_plain_background(const Picture& picture) {
  const Rgb background = median_of_border(picture);
  std::int64_t like = 0;
  const auto count = [&](std::int64_t x, std::int64_t y) {
    like += is_unlike(picture.row(y) + 3 * x, background) ? 0 : 1;
  };
  for (std::int64_t x = 0; x < picture.width; ++x) {
    count(x, 0);
    count(x, picture.height - 1);
  }
  for (std::int64_t y = 0; y < picture.height; ++y) {
    count(0, y);
    count(picture.width - 1, y);
  }
  return like > picture.width + picture.height;  // of twice as many
}

}  // namespace assay::data
