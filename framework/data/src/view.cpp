// The algebra of views: each operation multiplies the map from the right, so that it acts in the current frame.
#include "assay/data/view.h"

#include <cmath>
#include <numbers>
#include <utility>

namespace assay {

Affine Affine::after(const Affine& inner) const {
  return {xx * inner.xx + xy * inner.yx, xx * inner.xy + xy * inner.yy, xx * inner.x0 + xy * inner.y0 + x0,
          yx * inner.xx + yy * inner.yx, yx * inner.xy + yy * inner.yy, yx * inner.x0 + yy * inner.y0 + y0};
}

Affine Affine::rotation(double degrees) {
  const double radians = degrees * std::numbers::pi / 180.0;
  const double c = std::cos(radians);
  const double s = std::sin(radians);
  return {c, s, 0, -s, c, 0};
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
  to_source_ =
      to_source_.after(Affine::translation(x, y)).after(Affine::rotation(-degrees)).after(Affine::translation(-x, -y));
}

void View::flip_horizontal() { to_source_ = to_source_.after({-1, 0, width_, 0, 1, 0}); }

void View::flip_vertical() { to_source_ = to_source_.after({1, 0, 0, 0, -1, height_}); }

void View::transpose() {
  to_source_ = to_source_.after({0, 1, 0, 1, 0, 0});
  std::swap(width_, height_);
}

}  // namespace assay
