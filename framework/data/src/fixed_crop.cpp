#include "fixed_crop.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

#include "foreground.h"

namespace assay::data {
namespace {

/// A square inside the picture: moved where it sticks out, cut where it is too large.
Box square_inside(double width, double height, double center_x, double center_y, double side) {
  const auto along = [side](double center, double length) {
    const double kept = std::min(side, length);
    return std::pair(std::clamp(center - kept / 2, 0.0, length - kept), kept);
  };
  const auto [left, kept_width] = along(center_x, width);
  const auto [top, kept_height] = along(center_y, height);
  return {left, top, kept_width, kept_height};
}

}  // namespace

bool needs_foreground(const std::optional<FixedCropOptions>& options) {
  return options && !options->center && options->foreground.value_or(false);
}

Box fixed_crop(const Picture& picture, const std::optional<FixedCropOptions>& options) {
  return fixed_crop(static_cast<double>(picture.width), static_cast<double>(picture.height), options,
                    needs_foreground(options) ? foreground_of(picture) : Box{});
}

Box fixed_crop(double width, double height, const std::optional<FixedCropOptions>& options, const Box& foreground) {
  if (options && options->center) {
    return square_inside(width, height, width / 2, height / 2, static_cast<double>(*options->center));
  }
  if (needs_foreground(options)) {
    const double side = options->keep_scale ? options->side.value() : side_around(foreground, options->margin);
    return square_inside(width, height, foreground.left + foreground.width / 2, foreground.top + foreground.height / 2,
                         side);
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
