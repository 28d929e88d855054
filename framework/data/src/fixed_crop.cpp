#include "fixed_crop.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

#include "foreground.h"

namespace assay::data {
namespace {

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
