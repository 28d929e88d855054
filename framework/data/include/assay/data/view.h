// How one sample is looked at: a frame, and the map from the frame to the source picture's pixels. Augmentations
// compose by editing it; the renderer (renderer.h) then touches each pixel once.
#pragma once

#include <array>

namespace assay {

/// A 2x3 affine map in continuous pixel coordinates: pixel (i, j) covers [i, i+1) x [j, j+1), its centre is (i+0.5,
/// j+0.5).
struct Affine {
  double xx = 1;  ///< source x = xx * x + xy * y + x0
  double xy = 0;  ///< see xx
  double x0 = 0;  ///< see xx
  double yx = 0;  ///< source y = yx * x + yy * y + y0
  double yy = 1;  ///< see yx
  double y0 = 0;  ///< see yx

  /// The map that first applies inner, then this.
  Affine after(const Affine& inner) const;

  static Affine translation(double x, double y) { return {1, 0, x, 0, 1, y}; }  ///< moves by x and y pixels
  static Affine scaling(double x, double y) { return {x, 0, 0, 0, y, 0}; }      ///< stretches about the origin
  /// Counter-clockwise as seen on the screen (y points down), in degrees, about the origin.
  static Affine rotation(double degrees);
};

/// The current frame of one sample and where its points lie in the source picture. Every operation is expressed in the
/// current frame, whatever came before.
class View {
 public:
  /// The whole of a source picture, in pixels.
  View(double width, double height) : width_(width), height_(height) {}

  double width() const { return width_; }                 ///< of the current frame, in its own units
  double height() const { return height_; }               ///< of the current frame
  const Affine& to_source() const { return to_source_; }  ///< frame to source pixels

  /// Makes a rectangle of the current frame the new frame.
  void crop(double left, double top, double width, double height);
  /// Turns the picture about the frame's centre; the frame stays, its corners look outside the old one.
  void rotate(double degrees);
  /// Mirrors the picture left to right, or top to bottom.
  void flip_horizontal();
  void flip_vertical();  ///< top to bottom
  /// Exchanges x and y; the frame's sides change places.
  void transpose();

 private:
  double width_;
  double height_;
  Affine to_source_;
};

}  // namespace assay
