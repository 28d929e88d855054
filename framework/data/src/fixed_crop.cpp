#include "fixed_crop.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace assay::data {
namespace {

cv::Mat foreground_mask(const Picture& picture) {
  constexpr int kTolerance = 16;
  const Rgb background = median_of_border(picture);
  cv::Mat mask(static_cast<int>(picture.height), static_cast<int>(picture.width), CV_8UC1);
  for (std::int64_t y = 0; y < picture.height; ++y) {
    const std::uint8_t* rgb = picture.row(y);
    std::uint8_t* out = mask.ptr<std::uint8_t>(static_cast<int>(y));
    for (std::int64_t x = 0; x < picture.width; ++x, rgb += 3) {
      int difference = 0;
      for (std::size_t c = 0; c < 3; ++c) difference = std::max(difference, std::abs(int{rgb[c]} - int{background[c]}));
      out[x] = difference > kTolerance ? 1 : 0;
    }
  }
  return mask;
}

/// A square inside the picture: moved where it sticks out, cut where it is too large.
Box square_inside(const Picture& picture, double center_x, double center_y, double side) {
  const auto along = [side](double center, std::int64_t length) {
    const double kept = std::min(side, static_cast<double>(length));
    return std::pair(std::clamp(center - kept / 2, 0.0, static_cast<double>(length) - kept), kept);
  };
  const auto [left, width] = along(center_x, picture.width);
  const auto [top, height] = along(center_y, picture.height);
  return {left, top, width, height};
}

}  // namespace

Box fixed_crop(const Picture& picture, const std::optional<FixedCropOptions>& options) {
  const auto width = static_cast<double>(picture.width);
  const auto height = static_cast<double>(picture.height);
  if (options && options->center) {
    return square_inside(picture, width / 2, height / 2, static_cast<double>(*options->center));
  }
  if (options && options->foreground.value_or(false)) {
    const Box found = foreground_of(picture);
    const double side = options->keep_scale ? options->side.value() : side_around(found, options->margin);
    return square_inside(picture, found.left + found.width / 2, found.top + found.height / 2, side);
  }
  return {0, 0, width, height};
}

Box foreground_of(const Picture& picture) {
  cv::Mat labels;
  cv::Mat regions;
  cv::Mat centers;
  const int count = cv::connectedComponentsWithStats(foreground_mask(picture), labels, regions, centers, 8);
  int largest = 0;
  for (int i = 1; i < count; ++i) {
    if (largest == 0 || regions.at<int>(i, cv::CC_STAT_AREA) > regions.at<int>(largest, cv::CC_STAT_AREA)) largest = i;
  }
  if (largest == 0) return {0, 0, static_cast<double>(picture.width), static_cast<double>(picture.height)};
  const auto bound = [&](int which) { return static_cast<double>(regions.at<int>(largest, which)); };
  return {bound(cv::CC_STAT_LEFT), bound(cv::CC_STAT_TOP), bound(cv::CC_STAT_WIDTH), bound(cv::CC_STAT_HEIGHT)};
}

double side_around(const Box& foreground, double margin) {
  return std::max(foreground.width, foreground.height) * (1.0 + 2.0 * margin);
}

}  // namespace assay::data
