// Shift, scale, shear and rotation about the frame's centre in one map, composed and signed as torchvision's
// RandomAffine does: scaled and sheared, then turned clockwise, then shifted. What opens at the edges shows what the
// source has there, and beyond the source its border's median colour; with `clip` that colour only.
#include <cmath>
#include <numbers>

#include "assay/data/augmentation.h"
#include "assay/range.h"

namespace {

struct AffineOptions {
  assay::Range degrees = 0.0;
  double translate = 0.1;
  assay::Range scale = assay::Ends{0.9, 1.1};
  assay::Range shear = 0.0;
  assay::Range shear_y = 0.0;
  bool clip = false;
};

void describe(assay::Fields<AffineOptions>& f) {
  f.either("degrees", &AffineOptions::degrees)
      .in(-180, 180)
      .unit("degrees")
      .help("turn, clockwise; one number: that much to either side");
  f.number("translate", &AffineOptions::translate)
      .in(0, 1)
      .unit("share of the side")
      .help("largest shift along each axis, to either side");
  f.either("scale", &AffineOptions::scale)
      .in(0, 20)
      .help("factor of size; one number: that much around 1; never below 0.05");
  f.either("shear", &AffineOptions::shear)
      .in(-80, 80)
      .unit("degrees")
      .help("shear parallel to the x axis; one number: that much to either side");
  f.either("shear_y", &AffineOptions::shear_y)
      .in(-80, 80)
      .unit("degrees")
      .help("shear parallel to the y axis; one number: that much to either side");
  f.boolean("clip", &AffineOptions::clip).help("what opens at the edges is filled, even where the picture goes on");
}

/// What one sample gets; angles in radians.
struct Change {
  double angle;
  double scale;
  double shear_x;
  double shear_y;
  double right;  ///< in the frame's units
  double down;
};

/// Where a point of the picture, given from the frame's centre, goes: torchvision's _get_inverse_affine_matrix, not
/// inverted.
assay::Affine map_of(const Change& c) {
  const double xx = std::cos(c.angle - c.shear_y) / std::cos(c.shear_y);
  const double xy = -xx * std::tan(c.shear_x) - std::sin(c.angle);
  const double yx = std::sin(c.angle - c.shear_y) / std::cos(c.shear_y);
  const double yy = -yx * std::tan(c.shear_x) + std::cos(c.angle);
  return {c.scale * xx, c.scale * xy, c.right, c.scale * yx, c.scale * yy, c.down};
}

class RandomAffine : public assay::Augmentation {
 public:
  explicit RandomAffine(const AffineOptions& options)
      : translate_(options.translate),
        degrees_(to_both_sides(options.degrees)),
        scale_(around(options.scale, 1, kSmallestScale)),
        shear_x_(to_both_sides(options.shear)),
        shear_y_(to_both_sides(options.shear_y)),
        clip_(options.clip) {}

  void sample(assay::View& view, assay::Random& random) const override {
    const auto radians = [&](const assay::Ends& degrees) { return degrees.draw(random) * std::numbers::pi / 180; };
    Change change{};
    change.angle = radians(degrees_);
    change.right = random.uniform(-translate_, translate_) * view.width();
    change.down = random.uniform(-translate_, translate_) * view.height();
    change.scale = scale_.draw(random);
    change.shear_x = radians(shear_x_);
    change.shear_y = radians(shear_y_);
    if (clip_) view.clip();
    const double x = view.width() / 2;
    const double y = view.height() / 2;
    const assay::Affine about_centre = assay::Affine::translation(x, y).after(map_of(change));
    view.warp(about_centre.after(assay::Affine::translation(-x, -y)).inverse());
  }

 private:
  static constexpr double kSmallestScale = 0.05;  // at 0 the picture would be nowhere

  double translate_;
  assay::Ends degrees_;
  assay::Ends scale_;
  assay::Ends shear_x_;
  assay::Ends shear_y_;
  bool clip_;
};

}  // namespace

ASSAY_PLUGIN(assay::Augmentation, RandomAffine, AffineOptions, "affine", "1.0.0");
