// Shares between 0 and 1 for augmentations that mix pictures.
#pragma once

#include "assay/random.h"

namespace assay {

/// A draw from Beta(a, b), as X / (X + Y) of two gamma draws by the method of Marsaglia and Tsang 2000, "A simple
/// method for generating gamma variables". a, b: above 0; logarithms are added, so that small ones don't end in 0 / 0.
double draw_beta(Random& random, double a, double b);

}  // namespace assay
