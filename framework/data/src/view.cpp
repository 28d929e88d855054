// The algebra of views: each operation multiplies the map from the right, so that it acts in the current frame.
#include "assay/data/view.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace assay {
namespace {

/// So that no later stage meets infinity, on whose differences processors don't agree.
Levels held(Levels levels) {
  for (double& level : levels) level = std::min(level, highest_level);
  return levels;
}

Levels apply_hue_turn(const Levels& rgb, double turns) {
  const double r = std::max(rgb[0], 0.0);
  const double g = std::max(rgb[1], 0.0);
  const double b = std::max(rgb[2], 0.0);
  const double value = std::max({r, g, b});
  const double chroma = value - std::min({r, g, b});
  if (chroma <= 0) return {r, g, b};
  double hue = value == r ? (g - b) / chroma : value == g ? 2 + (b - r) / chroma : 4 + (r - g) / chroma;
  hue += 6 * turns;
  const auto channel = [&](double offset) {
    double k = std::fmod(offset + hue, 6.0);
    if (k < 0) k += 6;
    return value - chroma * std::clamp(std::min(k, 4 - k), 0.0, 1.0);
  };
  return {channel(5), channel(3), channel(1)};
}

Levels apply_density_matrix(const ColourMatrix& matrix, const Levels& rgb) {
  Levels density{};
  for (std::size_t c = 0; c < 3; ++c) density[c] = -std::log((std::clamp(rgb[c], 0.0, 255.0) + 1) / 256);
  density = matrix(density);
  for (double& level : density) level = 256 * std::exp(-level) - 1;
  return held(density);
}

/// Applies a stage to a colour.
struct Apply {
  const Levels& rgb;

  Levels operator()(const ColourMatrix& stage) const { return stage(rgb); }
  Levels operator()(const HueTurn& stage) const { return apply_hue_turn(rgb, stage.turns); }
  Levels operator()(const DensityMatrix& stage) const { return apply_density_matrix(stage.matrix, rgb); }
  Levels operator()(const Gamma& stage) const {
    Levels out{};
    for (std::size_t c = 0; c < 3; ++c) out[c] = 255 * std::pow(std::max(rgb[c], 0.0) / 255, stage.exponent);
    return held(out);
  }
};

}  // namespace

Affine Affine::after(const Affine& inner) const {
  return {xx * inner.xx + xy * inner.yx, xx * inner.xy + xy * inner.yy, xx * inner.x0 + xy * inner.y0 + x0,
          yx * inner.xx + yy * inner.yx, yx * inner.xy + yy * inner.yy, yx * inner.x0 + yy * inner.y0 + y0};
}

Affine Affine::inverse() const {
  const double area = xx * yy - xy * yx;
  const Affine turned{yy / area, -xy / area, 0, -yx / area, xx / area, 0};
  return turned.after(translation(-x0, -y0));
}

Affine Affine::rotation(double degrees) {
  const double radians = degrees * std::numbers::pi / 180.0;
  const double c = std::cos(radians);
  const double s = std::sin(radians);
  return {c, s, 0, -s, c, 0};
}

ColourMatrix ColourMatrix::after(const ColourMatrix& inner) const {
  ColourMatrix both;
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      double sum = 0;
      for (std::size_t k = 0; k < 3; ++k) sum += matrix[3 * row + k] * inner.matrix[3 * k + column];
      both.matrix[3 * row + column] = sum;
    }
  }
  both.offset = (*this)(inner.offset);
  return both;
}

Levels ColourMatrix::operator()(const Levels& rgb) const {
  Levels out = offset;
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t k = 0; k < 3; ++k) out[row] += matrix[3 * row + k] * rgb[k];
  }
  return out;
}

void View::crop(double left, double top, double width, double height) {
  to_source_ = to_source_.after(Affine::translation(left, top));
  width_ = width;
  height_ = height;
}

void View::rotate(double degrees) {
  // A picture that turns one way is looked up by turning the point the other way.
  const double x = width_ / 2;
  const double y = height_ / 2;
  warp(Affine::translation(x, y).after(Affine::rotation(-degrees)).after(Affine::translation(-x, -y)));
}

void View::flip_horizontal() { warp({-1, 0, width_, 0, 1, 0}); }

void View::flip_vertical() { warp({1, 0, 0, 0, -1, height_}); }

void View::transpose() {
  warp({0, 1, 0, 1, 0, 0});
  std::swap(width_, height_);
}

void View::warp(const Affine& map) { to_source_ = to_source_.after(map); }

Affine View::from_unit(double left, double top, double width, double height) const {
  return to_source_.after(Affine::translation(left, top)).after(Affine::scaling(width, height));
}

void View::clip() { clips_.push_back({from_unit(0, 0, width_, height_), std::nullopt}); }

void View::cut_out(double left, double top, double width, double height, const std::optional<Levels>& colour) {
  holes_.push_back({from_unit(left, top, width, height), colour});
}

void View::add(const ColourStage& stage) {
  mean_ = apply_stage(stage, mean_);
  const auto* matrix = std::get_if<ColourMatrix>(&stage);
  auto* last = stages_.empty() ? nullptr : std::get_if<ColourMatrix>(&stages_.back());
  if (matrix != nullptr && last != nullptr) {
    *last = matrix->after(*last);
  } else {
    stages_.push_back(stage);
  }
}

void View::blur(double sigma) { blur_ = std::hypot(blur_, sigma); }

void View::add_noise(double deviation, std::uint64_t seed) {
  noise_ = std::hypot(noise_, deviation);
  noise_seed_ ^= seed;
}

Levels apply_stage(const ColourStage& stage, const Levels& rgb) { return std::visit(Apply{rgb}, stage); }

}  // namespace assay
