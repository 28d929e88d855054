#include "data/slow_reference.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "assay/random.h"

namespace assay::test {

using namespace data;

namespace {

struct Point {
  double x;
  double y;
};

Point image_of(const Affine& map, const Point& p) {
  return {map.xx * p.x + map.xy * p.y + map.x0, map.yx * p.x + map.yy * p.y + map.y0};
}

bool is_in_unit(const Point& p) { return p.x >= 0 && p.x < 1 && p.y >= 0 && p.y < 1; }

Levels levels_of(const Rgb& rgb) { return {double(rgb[0]), double(rgb[1]), double(rgb[2])}; }

double cubic(double x) {
  constexpr double kA = -0.5;
  x = std::abs(x);
  if (x < 1) return ((kA + 2) * x - (kA + 3)) * x * x + 1;
  if (x < 2) return ((kA * x - 5 * kA) * x + 8 * kA) * x - 4 * kA;
  return 0;
}

Levels pixel_of(const StoredLevel& level, std::int64_t x, std::int64_t y, const Levels& fill) {
  if (x < 0 || y < 0 || x >= level.width || y >= level.height) return fill;
  const std::uint8_t* rgb = level.row(y) + 3 * x;
  return {double(rgb[0]), double(rgb[1]), double(rgb[2])};
}

/// at: in the coordinates of the level's pixel centres.
Levels look_up(const StoredLevel& level, const Point& at, Interpolation interpolation, const Levels& fill) {
  const bool is_cubic = interpolation == Interpolation::bicubic;
  const auto left = static_cast<std::int64_t>(std::floor(at.x)) - (is_cubic ? 1 : 0);
  const auto top = static_cast<std::int64_t>(std::floor(at.y)) - (is_cubic ? 1 : 0);
  const std::int64_t taps = is_cubic ? 4 : 2;
  const auto weight = [&](double distance) {
    return is_cubic ? cubic(distance) : std::max(0.0, 1 - std::abs(distance));
  };
  Levels sum{};
  for (std::int64_t y = top; y < top + taps; ++y) {
    for (std::int64_t x = left; x < left + taps; ++x) {
      const double share = weight(at.x - static_cast<double>(x)) * weight(at.y - static_cast<double>(y));
      const Levels pixel = pixel_of(level, x, y, fill);
      for (std::size_t c = 0; c < 3; ++c) sum[c] += share * pixel[c];
    }
  }
  return sum;
}

/// The two levels that a scale lies between, and how much the coarser one counts.
struct LevelBlend {
  std::int64_t fine = 0;
  double coarse_share = 0;
};

/// The larger singular value by power iteration on the matrix times its transpose.
double larger_singular_value(const Affine& map) {
  double x = 1;
  double y = 0.37;
  double norm = 0;
  for (int i = 0; i < 500; ++i) {
    const double u = map.xx * x + map.xy * y;
    const double v = map.yx * x + map.yy * y;
    x = map.xx * u + map.yx * v;
    y = map.xy * u + map.yy * v;
    norm = std::hypot(x, y);
    if (norm == 0) return 0;
    x /= norm;
    y /= norm;
  }
  return std::sqrt(norm);
}

double scale_of(const StoredPicture& picture, const View& view, std::int64_t size) {
  const auto side = static_cast<double>(size);
  const StoredLevel& first = picture.levels.front();
  const Affine to_level = Affine::scaling(static_cast<double>(first.width) / picture.width,
                                          static_cast<double>(first.height) / picture.height);
  return larger_singular_value(
      to_level.after(view.to_source()).after(Affine::scaling(view.width() / side, view.height() / side)));
}

LevelBlend choose_levels(const StoredPicture& picture, const View& view, std::int64_t size) {
  const StoredLevel& first = picture.levels.front();
  const double coarsest = std::ceil(std::log2(static_cast<double>(std::max(first.width, first.height))));
  const double level = std::clamp(std::log2(std::max(scale_of(picture, view, size), 1.0)), 0.0, coarsest);
  return {static_cast<std::int64_t>(level), level - std::floor(level)};
}

Levels noise_at(std::uint64_t seed, std::size_t pixel) {
  const auto block = philox({static_cast<std::uint32_t>(pixel), 0, 0, 0},
                            {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
  const auto uniform = [&](std::size_t i) { return (block[i] + 0.5) / 4294967296.0; };
  const auto radius = [&](std::size_t i) { return std::sqrt(-2 * std::log(uniform(i))); };
  const auto angle = [&](std::size_t i) { return 2 * std::numbers::pi * uniform(i); };
  return {radius(0) * std::cos(angle(1)), radius(0) * std::sin(angle(1)), radius(2) * std::cos(angle(3))};
}

/// Along one axis; what lies beyond the picture counts as its nearest pixel.
void blur_axis(std::vector<Levels>& pixels, std::int64_t size, double sigma, std::int64_t step, std::int64_t across) {
  const auto radius = static_cast<std::int64_t>(std::ceil(4 * sigma));
  std::vector<double> weights;
  double total = 0;
  for (std::int64_t d = -radius; d <= radius; ++d) {
    weights.push_back(std::exp(-0.5 * std::pow(static_cast<double>(d) / sigma, 2)));
    total += weights.back();
  }
  std::vector<Levels> line(static_cast<std::size_t>(size));
  for (std::int64_t a = 0; a < size; ++a) {
    for (std::int64_t i = 0; i < size; ++i)
      line[static_cast<std::size_t>(i)] = pixels[static_cast<std::size_t>(a * across + i * step)];
    for (std::int64_t i = 0; i < size; ++i) {
      Levels sum{};
      for (std::int64_t d = -radius; d <= radius; ++d) {
        const Levels& pixel = line[static_cast<std::size_t>(std::clamp<std::int64_t>(i + d, 0, size - 1))];
        for (std::size_t c = 0; c < 3; ++c) sum[c] += weights[static_cast<std::size_t>(d + radius)] / total * pixel[c];
      }
      pixels[static_cast<std::size_t>(a * across + i * step)] = sum;
    }
  }
}

}  // namespace

std::vector<double> slow_fused_pass(const StoredPicture& picture, const View& view, const Target& target) {
  const std::int64_t size = target.size;
  const auto side = static_cast<double>(size);
  const Affine map = view.to_source().after(Affine::scaling(view.width() / side, view.height() / side));
  const LevelBlend blend = choose_levels(picture, view, size);
  const Levels fill = view.fill().value_or(levels_of(picture.border_median));
  const StoredLevel& first = picture.levels.front();
  const Affine to_level = Affine::scaling(static_cast<double>(first.width) / picture.width,
                                          static_cast<double>(first.height) / picture.height);
  std::vector<Affine> clips;
  for (const Region& clip : view.clips()) clips.push_back(clip.from_unit.inverse().after(map));
  std::vector<Affine> holes;
  for (const Region& hole : view.holes()) holes.push_back(hole.from_unit.inverse().after(map));

  const auto center = [](std::int64_t x, std::int64_t y) { return Point{double(x) + 0.5, double(y) + 0.5}; };
  const auto value = [&](const Point& p) {
    for (const Affine& clip : clips) {
      if (!is_in_unit(image_of(clip, p))) return fill;
    }
    const auto at_level = [&](std::int64_t l) {
      const double scale = std::ldexp(1.0, static_cast<int>(-l));
      const Point q = image_of(to_level.after(map), p);
      return look_up(picture.levels[static_cast<std::size_t>(l)], {q.x * scale - 0.5, q.y * scale - 0.5},
                     target.interpolation, fill);
    };
    Levels fine = at_level(blend.fine);
    if (blend.coarse_share > 0) {
      const Levels coarse = at_level(blend.fine + 1);
      for (std::size_t c = 0; c < 3; ++c) fine[c] += blend.coarse_share * (coarse[c] - fine[c]);
    }
    return fine;
  };
  std::vector<Levels> pixels(static_cast<std::size_t>(size * size));
  for (std::int64_t y = 0; y < size; ++y) {
    for (std::int64_t x = 0; x < size; ++x) pixels[static_cast<std::size_t>(y * size + x)] = value(center(x, y));
  }
  if (view.blur_sigma() > 0) {
    blur_axis(pixels, size, view.blur_sigma(), 1, size);
    blur_axis(pixels, size, view.blur_sigma(), size, 1);
  }
  std::vector<double> out(3 * pixels.size());
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    Levels rgb = pixels[i];
    for (const ColourStage& stage : view.stages()) rgb = apply_stage(stage, rgb);
    if (view.noise_deviation() > 0) {
      const Levels noise = noise_at(view.noise_seed(), i);
      for (std::size_t c = 0; c < 3; ++c) rgb[c] += view.noise_deviation() * noise[c];
    }
    const Point p = center(static_cast<std::int64_t>(i) % size, static_cast<std::int64_t>(i) / size);
    for (std::size_t h = 0; h < holes.size(); ++h) {
      if (is_in_unit(image_of(holes[h], p))) rgb = view.holes()[h].colour.value_or(fill);
    }
    for (std::size_t c = 0; c < 3; ++c) {
      out[3 * i + c] = std::clamp(rgb[c], 0.0, 255.0) * double(target.scale[c]) + double(target.offset[c]);
    }
  }
  return out;
}

}  // namespace assay::test
