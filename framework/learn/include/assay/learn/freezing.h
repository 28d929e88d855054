// Freezing stages of a backbone, and the fast forward of what is frozen.
#pragma once

#include <cstddef>
#include <string>

#include "assay/learn/backbone.h"

namespace assay {

/// The number of stages that backbone.freeze in an experiment file asks for: "all", "none" or a number from the input.
/// Throws InvalidInput that lists the stages when the text is neither or the number too large.
std::size_t stages_to_freeze(const Backbone& backbone, const std::string& freeze);

/// Freezes the first `stages` stages and unfreezes the rest: frozen parameters need no gradient and lose the one they
/// have, frozen batch norms are in evaluation whatever train() says. Ends any fold.
void freeze_stages(Backbone& backbone, std::size_t stages);

/// stages_to_freeze, then freeze_stages.
void freeze(Backbone& backbone, const std::string& freeze);

/// Gives the frozen stages their fast forward: copies of the weights with the batch norms folded into the convolutions
/// (Jacob et al. 2018, section 3.2), on a CPU in oneDNN's own layout and run by its fused operators. Call when the
/// weights are loaded and the module is on its device in its dtype; features() then uses the copies, without autograd.
/// Names, parameters and buffers of the module stay as they are. A folded copy notices when its originals change, and
/// is made again. Equal to the plain forward within 1e-5 of the map's largest value in float32.
void fold_frozen_stages(Backbone& backbone);

/// Back to the plain forward; frees the copies.
void unfold(Backbone& backbone);

}  // namespace assay
