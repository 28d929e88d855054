#include "picture_comparison.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

#include "foreground.h"
#include "image_print.h"

namespace assay::data {
namespace {

cv::Mat matrix_of(const Picture& picture) {
  return {static_cast<int>(picture.height), static_cast<int>(picture.width), CV_8UC3,
          const_cast<std::uint8_t*>(picture.rgb.data())};
}

Picture picture_of(const cv::Mat& image) {
  Picture picture{image.cols, image.rows, std::vector<std::uint8_t>(image.total() * 3)};
  image.copyTo(matrix_of(picture));
  return picture;
}

/// Lying as turned() lays a print.
Picture turned(const Picture& picture, int orientation) {
  cv::Mat image = matrix_of(picture).clone();
  for (int quarter = 0; quarter < orientation / 2; ++quarter) cv::rotate(image, image, cv::ROTATE_90_COUNTERCLOCKWISE);
  if (orientation % 2 == 1) cv::flip(image, image, 1);
  return picture_of(image);
}

Picture shrunk(const Picture& picture, std::int64_t width, std::int64_t height) {
  cv::Mat smaller;
  cv::resize(matrix_of(picture), smaller, {static_cast<int>(width), static_cast<int>(height)}, 0, 0, cv::INTER_AREA);
  return picture_of(smaller);
}

/// Two pictures of the same proportions are brought to the smaller one's size; false for others.
bool bring_to_one_size(Picture& a, Picture& b) {
  constexpr double kMostDistortion = 0.02;
  if (a.width == b.width && a.height == b.height) return true;
  const double wider = static_cast<double>(a.width * b.height) / static_cast<double>(b.width * a.height);
  if (std::abs(wider - 1.0) > kMostDistortion) return false;
  const bool shrink_a = a.width * a.height > b.width * b.height;
  Picture& larger = shrink_a ? a : b;
  const Picture& smaller = shrink_a ? b : a;
  larger = shrunk(larger, smaller.width, smaller.height);
  return true;
}

/// Where the two show something: all of it for full fields, whose border tells of no background.
cv::Mat foreground_of_either_kind(const Picture& picture) {
  cv::Mat mask = foreground_mask(picture);
  if (!has_plain_background(picture) || cv::countNonZero(mask) == 0) mask.setTo(1);
  return mask;
}

/// Both of one size and lying alike.
PictureComparison compare_aligned(const Picture& a, const Picture& b, int orientation) {
  constexpr double kAreasAgree = 0.99;
  constexpr double kForegroundShared = 0.95;
  constexpr double kLevels = 2.0;
  const cv::Mat in_a = foreground_of_either_kind(a);
  const cv::Mat in_b = foreground_of_either_kind(b);
  const cv::Mat in_both = in_a & in_b;
  const auto [smaller, larger] = std::minmax({cv::countNonZero(in_a), cv::countNonZero(in_b)});
  if (smaller < kAreasAgree * larger || cv::countNonZero(in_both) < kForegroundShared * larger) return {};
  cv::Mat difference;
  cv::absdiff(matrix_of(a), matrix_of(b), difference);
  const cv::Scalar mean = cv::mean(difference, in_both);
  const double of_channels = (mean[0] + mean[1] + mean[2]) / 3.0;
  if (of_channels >= kLevels) return {};
  return {true, of_channels, orientation};
}

}  // namespace

PictureComparison compare_pictures(const Picture& a, const Picture& b) {
  const ImagePrint print_a = print_of(rows_of(a));
  const ImagePrint print_b = print_of(rows_of(b));
  const std::int64_t radius = nomination_radius(print_a.filled, print_b.filled);
  PictureComparison best;
  for (int orientation = 0; orientation < kOrientations; ++orientation) {
    if (distance(print_a.cells, turned(print_b.cells, orientation), radius) > radius) continue;
    Picture one = a;
    Picture other = turned(b, orientation);
    if (!bring_to_one_size(one, other)) continue;
    const PictureComparison found = compare_aligned(one, other, orientation);
    if (found.are_copies && (!best.are_copies || found.mean_difference < best.mean_difference)) best = found;
  }
  return best;
}

std::string orientation_text(int orientation) {
  const int degrees = 90 * (orientation / 2);
  std::string text = degrees == 0 ? "" : "turned by " + std::to_string(degrees) + " degrees";
  if (orientation % 2 == 1) text += text.empty() ? "mirrored" : ", mirrored";
  return text;
}

}  // namespace assay::data
