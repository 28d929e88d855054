#include "stored_picture.h"

#include <algorithm>

#include "level_kernels.h"

namespace assay::data {
namespace {

std::vector<std::uint8_t> with_slack(std::vector<std::uint8_t> rgb) {
  rgb.resize(rgb.size() + static_cast<std::size_t>(kLevelSlack));
  return rgb;
}

Levels mean_of(const Picture& picture) {
  const std::int64_t count = picture.width * picture.height;
  const std::array<std::uint64_t, 3> sums = sum_channels(picture.rgb.data(), count);
  Levels mean{};
  for (std::size_t c = 0; c < 3; ++c) mean[c] = static_cast<double>(sums[c]) / static_cast<double>(count);
  return mean;
}

/// The pixels of a level, as levels or as means in 1/256, and what lies beyond an odd side in the same unit.
template <class Number>
struct Fine {
  const Number* rgb;
  std::int64_t width;
  std::int64_t height;
  std::array<Number, 3> beyond;
};

/// Means of 2 x 2 pixels, rounded in means and again in levels. means may be the fine level's own memory: what is
/// written lies where all has been read.
template <class Number>
void halve(const Fine<Number>& fine, std::uint16_t* means, std::uint8_t* levels) {
  const std::int64_t stride = 3 * fine.width;
  const std::int64_t whole = fine.width / 2;
  const std::int64_t columns = (fine.width + 1) / 2;
  std::vector<Number> row_beyond;
  if (fine.height % 2 != 0) {
    for (std::int64_t i = 0; i < stride; ++i) row_beyond.push_back(fine.beyond[static_cast<std::size_t>(i % 3)]);
  }
  for (std::int64_t y = 0; y < fine.height; y += 2) {
    const Number* above = fine.rgb + y * stride;
    const Number* below = y + 1 < fine.height ? above + stride : row_beyond.data();
    halve_rows(above, below, whole, means, levels);
    if (columns > whole) {
      const auto with_beyond = [&](const Number* row) {
        const Number* last = row + stride - 3;
        return std::array<Number, 6>{last[0], last[1], last[2], fine.beyond[0], fine.beyond[1], fine.beyond[2]};
      };
      halve_rows(with_beyond(above).data(), with_beyond(below).data(), 1, means + 3 * whole, levels + 3 * whole);
    }
    means += 3 * columns;
    levels += 3 * columns;
  }
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
    const std::int64_t width = (fine.width + 1) / 2;
    const std::int64_t height = (fine.height + 1) / 2;
    const Rgb& beyond = stored_.border_median;
    std::vector<std::uint8_t> levels(static_cast<std::size_t>(3 * width * height + kLevelSlack));
    if (means_.empty()) {
      means_.resize(static_cast<std::size_t>(3 * width * height));
      halve<std::uint8_t>({fine.rgb, fine.width, fine.height, beyond}, means_.data(), levels.data());
    } else {
      const auto mean = [&](std::size_t c) { return static_cast<std::uint16_t>(256 * beyond[c]); };
      halve<std::uint16_t>({means_.data(), fine.width, fine.height, {mean(0), mean(1), mean(2)}}, means_.data(),
                           levels.data());
    }
    pixels_.push_back(std::move(levels));
    levels_.push_back({pixels_.back().data(), width, height});
  }
  stored_.levels = levels_;
}

}  // namespace assay::data
