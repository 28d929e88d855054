// Images whose size is suspicious, though they can be read.
#pragma once

#include "assay/data/dataset.h"

namespace assay::data {

/// Sets Dataset::tiny and Dataset::odd and warns of both. Tiny: a side below 32 pixels. Odd: of another size than the
/// rest, where 95 % have one size; else with a side below a third or above three times the middle one's.
void note_sizes(Dataset& dataset);

}  // namespace assay::data
