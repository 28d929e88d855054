// Blending the pictures of a training batch as a mixing augmentation (mixup, cutmix) decided, and what that makes of
// their labels. Who is mixed with whom is augmentation_chain.h's; the loss on shared labels is learn's.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "assay/data/augmentation.h"

namespace assay {

/// Whose label a mixed picture has: share of its own, the rest of its partner's.
struct MixedLabel {
  std::int64_t partner = 0;  ///< index in the batch; its own: not mixed
  double share = 1;          ///< of its own, in [0, 1]
};

/// Whether a picture of a batch of so many can be mixed so: there is such a partner, the share and the patch's edges
/// are in [0, 1] and in order.
bool is_in_range(const Mix& mix, std::int64_t count);

/// Makes the batch's partners a random permutation of those it has.
void shuffle_partners(std::span<Mix> batch, Random& random);

/// Blends each picture with its partner, in place; every partner counts as it was before the call.
///
/// pixels: [N, size, size, 3], normalised or not: blending commutes with it. mixes: [N], each
/// in range. A patch's edges are rounded to whole pixels, and the label's share is what these
/// leave of the picture (Yun et al. 2019, "CutMix", algorithm A1, likewise). Takes the room of one picture beside the
/// batch. Any thread.
std::vector<MixedLabel> mix_pictures(std::span<float> pixels, std::int64_t size, std::span<const Mix> mixes);

}  // namespace assay
