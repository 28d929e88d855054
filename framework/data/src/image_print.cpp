#include "image_print.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <span>
#include <vector>

namespace assay::data {
namespace {

constexpr std::int64_t kSide = ImagePrint::kSide;

/// A stretch of rows or columns, the first and last of which count in part.
struct Stretch {
  std::int64_t begin;
  std::int64_t end;
  double first_share;  ///< of the pixel at begin
  double last_share;   ///< of the pixel at end - 1, where that is another one
};

Stretch stretch_of_cell(std::int64_t cell, double length, std::int64_t pixels) {
  const double from = length * static_cast<double>(cell) / static_cast<double>(kSide);
  const double to = length * static_cast<double>(cell + 1) / static_cast<double>(kSide);
  const auto begin = std::min(static_cast<std::int64_t>(std::floor(from)), pixels - 1);
  const auto end = std::clamp(static_cast<std::int64_t>(std::ceil(to)), begin + 1, pixels);
  const double first = std::min(to, static_cast<double>(begin + 1)) - from;
  return {begin, end, first, end - begin > 1 ? to - static_cast<double>(end - 1) : 0.0};
}

/// Sums of a band of rows, each column and channel by itself.
class ColumnSums {
 public:
  explicit ColumnSums(std::int64_t values)
      : whole_(static_cast<std::size_t>(values)), sums_(static_cast<std::size_t>(values)) {}

  std::span<const float> of(const PixelRows& pixels, const Stretch& band) {
    std::ranges::fill(sums_, 0.0F);
    add_part(row(pixels, band.begin), band.first_share);
    if (band.last_share > 0) add_part(row(pixels, band.end - 1), band.last_share);
    // As many rows as fit 16 bits, in which a processor adds most values at once.
    constexpr std::int64_t kRows = 257;
    const std::int64_t end = band.end - 1;
    for (std::int64_t y = band.begin + 1; y < end; y += kRows) add_whole(pixels, y, std::min(y + kRows, end));
    return sums_;
  }

 private:
  static const std::uint8_t* row(const PixelRows& pixels, std::int64_t y) { return pixels.first + y * pixels.stride; }

  void add_part(const std::uint8_t* values, double share) {
    const auto weight = static_cast<float>(share);
    for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i] += weight * static_cast<float>(values[i]);
  }

  void add_whole(const PixelRows& pixels, std::int64_t begin, std::int64_t end) {
    std::ranges::fill(whole_, std::uint16_t{0});
    std::int64_t y = begin;
    // Four rows at a time: loading and storing the sums would cost more than adding.
    for (; y + 4 <= end; y += 4) {
      const std::uint8_t* a = row(pixels, y);
      const std::uint8_t* b = row(pixels, y + 1);
      const std::uint8_t* c = row(pixels, y + 2);
      const std::uint8_t* d = row(pixels, y + 3);
      for (std::size_t i = 0; i < whole_.size(); ++i) {
        whole_[i] = static_cast<std::uint16_t>(whole_[i] + (a[i] + b[i] + c[i] + d[i]));
      }
    }
    for (; y < end; ++y) {
      const std::uint8_t* a = row(pixels, y);
      for (std::size_t i = 0; i < whole_.size(); ++i) whole_[i] = static_cast<std::uint16_t>(whole_[i] + a[i]);
    }
    for (std::size_t i = 0; i < whole_.size(); ++i) sums_[i] += static_cast<float>(whole_[i]);
  }

  std::vector<std::uint16_t> whole_;
  std::vector<float> sums_;
};

using Means = std::array<float, static_cast<std::size_t>(kSide* kSide * 3)>;

std::size_t place(std::int64_t row, std::int64_t column, std::int64_t channel = 0) {
  return static_cast<std::size_t>((row * kSide + column) * 3 + channel);
}

float sum_of_stretch(std::span<const float> sums, const Stretch& stretch, std::int64_t channel) {
  const auto at = [&](std::int64_t x) { return static_cast<double>(sums[static_cast<std::size_t>(3 * x + channel)]); };
  double sum = stretch.first_share * at(stretch.begin);
  for (std::int64_t x = stretch.begin + 1; x < stretch.end - 1; ++x) sum += at(x);
  if (stretch.last_share > 0) sum += stretch.last_share * at(stretch.end - 1);
  return static_cast<float>(sum);
}

Means mean_colours(const PixelRows& pixels) {
  Means means{};
  ColumnSums columns(pixels.columns * 3);
  const double area = pixels.width * pixels.height / static_cast<double>(kSide * kSide);
  for (std::int64_t row = 0; row < kSide; ++row) {
    const std::span<const float> sums = columns.of(pixels, stretch_of_cell(row, pixels.height, pixels.rows));
    for (std::int64_t column = 0; column < kSide; ++column) {
      const Stretch stretch = stretch_of_cell(column, pixels.width, pixels.columns);
      for (std::int64_t channel = 0; channel < 3; ++channel) {
        const std::int64_t stored = pixels.is_bgr ? 2 - channel : channel;
        means[place(row, column, channel)] = sum_of_stretch(sums, stretch, stored) / static_cast<float>(area);
      }
    }
  }
  return means;
}

float median_of_border_cells(const Means& means, std::int64_t channel) {
  std::vector<float> border;
  for (std::int64_t i = 0; i < kSide; ++i) {
    border.push_back(means[place(0, i, channel)]);
    border.push_back(means[place(kSide - 1, i, channel)]);
    if (i == 0 || i == kSide - 1) continue;
    border.push_back(means[place(i, 0, channel)]);
    border.push_back(means[place(i, kSide - 1, channel)]);
  }
  // Of the two in the middle, the mean, so that turning a picture changes nothing.
  std::ranges::sort(border);
  return (border[border.size() / 2 - 1] + border[border.size() / 2]) / 2;
}

}  // namespace

PixelRows rows_of(const Picture& picture) {
  return {picture.rgb.data(),
          static_cast<std::ptrdiff_t>(picture.width * 3),
          picture.width,
          picture.height,
          static_cast<double>(picture.width),
          static_cast<double>(picture.height)};
}

ImagePrint print_of(const PixelRows& pixels) {
  constexpr float kBackground = 1.5F;
  const Means means = mean_colours(pixels);
  std::array<float, 3> background{};
  for (std::size_t c = 0; c < 3; ++c) background[c] = median_of_border_cells(means, static_cast<std::int64_t>(c));
  ImagePrint print;
  for (std::size_t cell = 0; cell < print.cells.size(); cell += 3) {
    float furthest = 0;
    for (std::size_t c = 0; c < 3; ++c) furthest = std::max(furthest, std::abs(means[cell + c] - background[c]));
    if (furthest < kBackground) continue;
    ++print.filled;
    for (std::size_t c = 0; c < 3; ++c) {
      print.cells[cell + c] =
          static_cast<std::int16_t>(std::lround((means[cell + c] - background[c]) * ImagePrint::kUnit));
    }
  }
  return print;
}

ImagePrint::Cells turned(const ImagePrint::Cells& cells, int orientation) {
  ImagePrint::Cells out{};
  for (std::int64_t row = 0; row < kSide; ++row) {
    for (std::int64_t column = 0; column < kSide; ++column) {
      std::int64_t from_row = row;
      std::int64_t from_column = orientation % 2 == 1 ? kSide - 1 - column : column;
      for (int quarter = 0; quarter < orientation / 2; ++quarter) {
        const std::int64_t before = from_row;
        from_row = from_column;
        from_column = kSide - 1 - before;
      }
      for (std::int64_t c = 0; c < 3; ++c) out[place(row, column, c)] = cells[place(from_row, from_column, c)];
    }
  }
  return out;
}

std::int64_t distance(const ImagePrint::Cells& a, const ImagePrint::Cells& b, std::int64_t limit) {
  constexpr std::size_t kPart = 96;
  std::int64_t sum = 0;
  for (std::size_t part = 0; part < a.size() && sum <= limit; part += kPart) {
    std::int32_t of_part = 0;
    for (std::size_t i = part; i < part + kPart; ++i) of_part += std::abs(std::int32_t{a[i]} - std::int32_t{b[i]});
    sum += of_part;
  }
  return sum;
}

std::int64_t nomination_radius(std::int16_t filled, std::int16_t filled_of_other) {
  constexpr std::int64_t kLevels = 4;
  return kLevels * ImagePrint::kUnit * 3 * std::min(filled, filled_of_other);
}

}  // namespace assay::data
