#include "stored_picture.h"

#include <algorithm>

namespace assay::data {
namespace {

std::vector<std::uint8_t> with_slack(std::vector<std::uint8_t> rgb) {
  rgb.resize(rgb.size() + static_cast<std::size_t>(kLevelSlack));
  return rgb;
}

Levels mean_of(const Picture& picture) {
  std::array<std::uint64_t, 3> sums{};
  for (std::size_t i = 0; i + 2 < picture.rgb.size(); i += 3) {
    for (std::size_t c = 0; c < 3; ++c) sums[c] += picture.rgb[i + c];
  }
  Levels mean{};
  const auto count = static_cast<double>(picture.width * picture.height);
  for (std::size_t c = 0; c < 3; ++c) mean[c] = static_cast<double>(sums[c]) / count;
  return mean;
}

/// The mean of 2 x 2 pixels, in 1/256; beyond the edges of the finer level is `beyond`.
std::vector<std::uint16_t> halve(const std::vector<std::uint16_t>& fine, std::int64_t width, std::int64_t height,
                                 const Rgb& beyond) {
  const std::int64_t columns = (width + 1) / 2;
  const std::int64_t rows = (height + 1) / 2;
  std::vector<std::uint16_t> coarse(static_cast<std::size_t>(columns * rows * 3));
  const auto at = [&](std::int64_t x, std::int64_t y, std::size_t c) -> unsigned {
    if (x >= width || y >= height) return beyond[c] * 256U;
    return fine[static_cast<std::size_t>((y * width + x) * 3) + c];
  };
  for (std::int64_t y = 0; y < rows; ++y) {
    for (std::int64_t x = 0; x < columns; ++x) {
      for (std::size_t c = 0; c < 3; ++c) {
        const unsigned sum =
            at(2 * x, 2 * y, c) + at(2 * x + 1, 2 * y, c) + at(2 * x, 2 * y + 1, c) + at(2 * x + 1, 2 * y + 1, c);
        coarse[static_cast<std::size_t>((y * columns + x) * 3) + c] = static_cast<std::uint16_t>((sum + 2) / 4);
      }
    }
  }
  return coarse;
}

}  // namespace

LevelledPicture::LevelledPicture(Picture picture, const Box& box) {
  stored_.width = static_cast<double>(picture.width);
  stored_.height = static_cast<double>(picture.height);
  stored_.border_median = median_of_border(picture);
  stored_.mean = mean_of(picture);
  stored_.box = box;
  pixels_.push_back(with_slack(std::move(picture.rgb)));
  levels_.push_back({pixels_.back().data(), picture.width, picture.height});
  stored_.levels = levels_;
}

void LevelledPicture::make_levels(std::int64_t count) {
  while (static_cast<std::int64_t>(levels_.size()) < count) {
    const StoredLevel fine = levels_.back();
    if (fine.width == 1 && fine.height == 1) break;
    if (means_.empty()) {
      means_.resize(static_cast<std::size_t>(fine.width * fine.height * 3));
      std::transform(fine.rgb, fine.rgb + means_.size(), means_.begin(),
                     [](std::uint8_t level) { return static_cast<std::uint16_t>(level * 256); });
    }
    means_ = halve(means_, fine.width, fine.height, stored_.border_median);
    std::vector<std::uint8_t> rounded(means_.size());
    std::transform(means_.begin(), means_.end(), rounded.begin(),
                   [](std::uint16_t mean) { return static_cast<std::uint8_t>(std::min((mean + 128) / 256, 255)); });
    pixels_.push_back(with_slack(std::move(rounded)));
    levels_.push_back({pixels_.back().data(), (fine.width + 1) / 2, (fine.height + 1) / 2});
  }
  stored_.levels = levels_;
}

}  // namespace assay::data
