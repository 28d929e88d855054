// The part of a source picture that training, evaluation and prediction look at alike.
#pragma once

#include <optional>

#include "assay/experiment.h"
#include "picture.h"

namespace assay::data {

/// A rectangle of a picture, in pixels.
struct Box {
  double left = 0;
  double top = 0;
  double width = 0;
  double height = 0;

  friend bool operator==(const Box&, const Box&) = default;
};

/// The box that the options ask for, always inside the picture: the whole picture without options; a centred square,
/// each of whose sides is cut where the picture is smaller; or the square around the foreground, moved inside and cut
/// likewise. With keep_scale its side must be set.
Box fixed_crop(const Picture& picture, const std::optional<FixedCropOptions>& options);

/// The same where only a picture's size and its foreground are known; the latter is used by crops of the foreground.
Box fixed_crop(double width, double height, const std::optional<FixedCropOptions>& options, const Box& foreground);

/// Whether a fixed crop depends on the foreground.
bool needs_foreground(const std::optional<FixedCropOptions>& options);

/// Bounds of the foreground: the largest connected region (8 neighbours) of pixels that differ from the median of the
/// picture's border by more than 16 levels in some channel. The whole picture when there is none.
Box foreground_of(const Picture& picture);

/// The side of the square around a foreground, with a margin (a share of that side) added on each side.
double side_around(const Box& foreground, double margin);

}  // namespace assay::data
