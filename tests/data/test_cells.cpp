#include "data/test_cells.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>

#include "demo_cell.h"

namespace assay::test {

data::Picture cell_field(std::int64_t number) {
  data::Picture picture = data::draw_demo_picture(data::make_demo_patient(number % 7), number % 2 == 0, number, 160);
  cv::Mat pixels(160, 160, CV_8UC3, picture.rgb.data());
  cv::GaussianBlur(pixels, pixels, {}, 1.0);
  return picture;
}

data::Picture cell_on_black(std::int64_t number, double radius) {
  data::Picture picture = cell_field(number);
  const double centre = static_cast<double>(picture.width - 1) / 2;
  const double limit = radius * static_cast<double>(picture.width);
  for (std::int64_t y = 0; y < picture.height; ++y) {
    for (std::int64_t x = 0; x < picture.width; ++x) {
      const double dx = static_cast<double>(x) - centre;
      const double dy = static_cast<double>(y) - centre;
      if (dx * dx + dy * dy > limit * limit) std::fill_n(picture.row(y) + 3 * x, 3, std::uint8_t{0});
    }
  }
  return picture;
}

data::Picture brightened(data::Picture picture, int levels) {
  for (std::uint8_t& value : picture.rgb) value = static_cast<std::uint8_t>(std::min(255, value + levels));
  return picture;
}

}  // namespace assay::test
