#include "data/test_images.h"

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <random>
#include <stdexcept>

namespace assay::test {

data::Picture noise_picture(std::int64_t width, std::int64_t height, std::uint32_t seed) {
  std::mt19937 random(seed);
  data::Picture picture{width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(width * height * 3))};
  for (std::uint8_t& value : picture.rgb) value = static_cast<std::uint8_t>(random() & 0xFF);
  return picture;
}

data::Picture flat_picture(std::int64_t width, std::int64_t height, data::Rgb colour) {
  data::Picture picture{width, height, {}};
  for (std::int64_t i = 0; i < width * height; ++i) picture.rgb.insert(picture.rgb.end(), colour.begin(), colour.end());
  return picture;
}

std::string encode(const data::Picture& picture, const std::string& extension) {
  cv::Mat image(static_cast<int>(picture.height), static_cast<int>(picture.width), CV_8UC3);
  const cv::Mat rgb(image.rows, image.cols, CV_8UC3, const_cast<std::uint8_t*>(picture.rgb.data()));
  cv::cvtColor(rgb, image, cv::COLOR_RGB2BGR);
  std::vector<unsigned char> bytes;
  if (!cv::imencode(extension, image, bytes)) throw std::runtime_error("OpenCV can't write " + extension);
  return {bytes.begin(), bytes.end()};
}

std::string small_image(std::uint32_t seed, const std::string& extension) {
  return encode(noise_picture(33, 32, seed), extension);
}

}  // namespace assay::test
