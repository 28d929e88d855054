// How one sample is looked at: a frame, the map from the frame to the source picture's pixels, and what happens to the
// colours. Augmentations compose by editing it; the renderer (renderer.h) then touches each pixel once.
//
// Whatever the order of the edits, a picture is made in this order: look-up through the map; fill where the view was
// clipped; blur; colour stages in the order they were added; noise; holes; clamping to 0 to 255. Between colour stages
// levels are clamped only where a stage says so below: matrices clamp nothing. Edits of one kind keep their order among
// themselves. docs/augmentation.md says how this differs from a chain of pixel operations.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace assay {

/// Red, green and blue in levels of 0 to 255; on the way through a view they may lie outside.
using Levels = std::array<double, 3>;

/// Gamma and DensityMatrix make no level above this, so that what follows them stays finite in single precision.
inline constexpr double highest_level = 1e6;

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
  /// The map back. Its numbers are not finite where this one has no area.
  Affine inverse() const;

  static Affine translation(double x, double y) { return {1, 0, x, 0, 1, y}; }  ///< moves by x and y pixels
  static Affine scaling(double x, double y) { return {x, 0, 0, 0, y, 0}; }      ///< stretches about the origin
  /// Counter-clockwise as seen on the screen (y points down), in degrees, about the origin.
  static Affine rotation(double degrees);
};

/// out = matrix * rgb + offset, row by row.
struct ColourMatrix {
  std::array<double, 9> matrix{1, 0, 0, 0, 1, 0, 0, 0, 1};  ///< [out, in]
  Levels offset{0, 0, 0};                                   ///< in levels, or in optical density

  /// The matrix that first applies inner, then this.
  ColourMatrix after(const ColourMatrix& inner) const;
  /// Of one colour.
  Levels operator()(const Levels& rgb) const;
};

/// Each channel to 255 * (level / 255)^exponent, held below highest_level; levels below 0 count as 0.
struct Gamma {
  double exponent = 1;  ///< above 0; below 1 brightens
};

/// Turns the hue in HSV, as colorsys and torchvision define it; value and saturation stay. Levels below 0 count as 0.
struct HueTurn {
  double turns = 0;  ///< 1 is all the way round
};

/// A matrix applied to optical densities -ln((level + 1) / 256), which is where stains add up (Ruifrok and Johnston
/// 2001, equation 1, with one level added so that black stays finite). Levels are held within 0 to 255 before, and
/// below highest_level behind.
struct DensityMatrix {
  ColourMatrix matrix;  ///< of densities in red, green and blue
};

/// One change of colours.
using ColourStage = std::variant<ColourMatrix, Gamma, HueTurn, DensityMatrix>;

/// A parallelogram in the source: the unit square seen through a map.
struct Region {
  Affine from_unit;              ///< unit square to source pixels
  std::optional<Levels> colour;  ///< what is shown in its place; not given: View::fill()
};

/// The current frame of one sample, where its points lie in the source picture, and what its colours become. Every
/// operation is expressed in the current frame, whatever came before. Not shared between threads.
class View {
 public:
  /// The whole of a source picture, in pixels. mean: its mean colour, for operations that refer to it.
  View(double width, double height, const Levels& mean = {127.5, 127.5, 127.5})
      : width_(width), height_(height), mean_(mean) {}

  double width() const { return width_; }                 ///< of the current frame, in its own units
  double height() const { return height_; }               ///< of the current frame
  const Affine& to_source() const { return to_source_; }  ///< frame to source pixels

  /// Makes a rectangle of the current frame the new frame; it may reach outside, where the source goes on as far as
  /// there is one, and then comes the fill.
  void crop(double left, double top, double width, double height);
  /// Turns the picture about the frame's centre; the frame stays, its corners look outside the old one.
  void rotate(double degrees);
  /// Mirrors the picture left to right, or top to bottom.
  void flip_horizontal();
  void flip_vertical();  ///< top to bottom
  /// Exchanges x and y; the frame's sides change places.
  void transpose();
  /// Any other affine change: point p of the frame from now on shows what point map(p) of the frame showed. The frame
  /// stays.
  void warp(const Affine& map);

  /// From now on what lies outside the current frame is fill, as if the frame had been cut out. Later clips cut
  /// further.
  void clip();
  /// Colour outside the source and outside of what was clipped. Not set: the median of the picture's border.
  void set_fill(const Levels& colour) { fill_ = colour; }
  /// Hides a rectangle of the current frame; it moves with the picture when the view is edited further. colour: what is
  /// shown there, not touched by colour stages; not given: the fill.
  void cut_out(double left, double top, double width, double height, const std::optional<Levels>& colour = {});

  /// Adds a change of colours. Neighbouring matrices become one.
  void add(const ColourStage& stage);
  /// Blurs by a Gaussian; several blur like one whose variance is the sum. sigma: in pixels of the network's input, at
  /// least 0.
  void blur(double sigma);
  /// Adds Gaussian noise, independent for each pixel and channel; several add up like one whose variance is the sum.
  /// deviation: in levels, at least 0. seed: the noise is a function of it and the pixel's place.
  void add_noise(double deviation, std::uint64_t seed);

  /// Mean colour of the whole source after the colour stages so far: exact behind matrices, otherwise the stage of the
  /// mean.
  const Levels& mean_colour() const { return mean_; }

  std::span<const Region> clips() const { return clips_; }         ///< outside any of them is fill; colour is not used
  std::span<const Region> holes() const { return holes_; }         ///< in the order they were cut
  const std::optional<Levels>& fill() const { return fill_; }      ///< as set_fill
  std::span<const ColourStage> stages() const { return stages_; }  ///< in order
  double blur_sigma() const { return blur_; }                      ///< pixels of the network's input; 0: none
  double noise_deviation() const { return noise_; }                ///< levels; 0: none
  std::uint64_t noise_seed() const { return noise_seed_; }         ///< of the noise

 private:
  Affine from_unit(double left, double top, double width, double height) const;

  double width_;
  double height_;
  Affine to_source_;
  Levels mean_;
  std::vector<Region> clips_;
  std::vector<Region> holes_;
  std::optional<Levels> fill_;
  std::vector<ColourStage> stages_;
  double blur_ = 0;
  double noise_ = 0;
  std::uint64_t noise_seed_ = 0;
};

/// What a stage makes of one colour, in double precision: the definition that the renderer is held to.
Levels apply_stage(const ColourStage& stage, const Levels& rgb);

}  // namespace assay
