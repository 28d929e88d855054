// The interface of augmentations. An augmentation never touches pixels: it edits the View of one sample, and the
// framework renders the composed view in one resampling pass.
#pragma once

#include "assay/data/view.h"
#include "assay/plugin.h"
#include "assay/random.h"

namespace assay {

/// Stateless; called from any thread.
class Augmentation {
 public:
  static constexpr const char* plugin_kind = "augmentation";  ///< its word in handshakes and descriptions

  virtual ~Augmentation() = default;

  /// Edits the view of one sample. random is the stream of (seed, epoch or view, sample, draw, place in the chain).
  virtual void sample(View& view, Random& random) const = 0;
};

}  // namespace assay
