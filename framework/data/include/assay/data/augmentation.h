// The interface of augmentations. An augmentation edits the View of one sample, and the framework renders the composed
// view in one pass over the pixels. What a view can't express is done on the rendered pixels (apply), and what joins
// pictures of a batch by pairing them (pair).
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "assay/data/view.h"
#include "assay/plugin.h"
#include "assay/random.h"

namespace assay {

/// A rendered picture, before it is normalised.
struct Pixels {
  std::span<float> rgb;   ///< [size, size, 3]: rows, columns, red-green-blue, in levels of 0 to 255
  std::int64_t size = 0;  ///< pixels on a side
};

/// A rectangle in shares of a picture's sides.
struct Patch {
  double left = 0;    ///< in [0, 1]
  double top = 0;     ///< in [0, 1]
  double right = 0;   ///< in [left, 1]
  double bottom = 0;  ///< in [top, 1]
};

/// What a picture of a batch is mixed with: its pixels and its label both become share of its own and the rest of the
/// partner's. With a patch the partner's pixels are shown there and nowhere else, and the labels' share is what the
/// patch, rounded to whole pixels, leaves of the picture.
struct Mix {
  std::int64_t partner = 0;    ///< index in the batch; its own: not mixed
  double share = 1;            ///< of its own, in [0, 1]; not used with a patch
  std::optional<Patch> patch;  ///< where the partner's pixels replace its own
};

/// Stateless; called from any thread.
class Augmentation {
 public:
  static constexpr const char* plugin_kind = "augmentation";  ///< its word in handshakes and descriptions

  virtual ~Augmentation() = default;

  /// Edits the view of one sample. random is the stream of (seed, epoch or view, sample, draw, place in the chain).
  virtual void sample(View& view, Random& random) const {
    (void)view;
    (void)random;
  }

  /// Whether apply() does anything. It costs each picture a further pass over its pixels.
  virtual bool has_pixels() const { return false; }

  /// Edits the rendered pixels of one sample, after all views of the chain. Levels outside 0 to 255 are clamped
  /// afterwards. random is a stream like sample()'s and independent of it.
  virtual void apply(const Pixels& pixels, Random& random) const {
    (void)pixels;
    (void)random;
  }

  /// Whether pair() does anything. Pictures are then mixed after they are rendered, so that features can't be kept.
  virtual bool has_pairs() const { return false; }

  /// Says what each picture of a training batch is mixed with; batch[i].partner is i when it is called. Every share
  /// must be finite. random is the stream of (seed, epoch, step, place in the chain).
  virtual void pair(std::span<Mix> batch, Random& random) const {
    (void)batch;
    (void)random;
  }
};

}  // namespace assay
