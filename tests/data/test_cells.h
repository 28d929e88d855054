// Cells as a microscope shows them, for tests of what tells pictures apart: noise has no shape to be alike.
#pragma once

#include <cstdint>

#include "picture.h"

namespace assay::test {

/// A field of the demo set, 160 x 160, as soft as a lens makes it: a stained cell among others, on a bright ground.
/// Another number, another field.
data::Picture cell_field(std::int64_t number);

/// The same field cut out by a circle, on black, as C-NMC's cells are. radius: as a share of the side.
data::Picture cell_on_black(std::int64_t number, double radius = 0.3);

/// Every channel of every pixel brighter by so many levels.
data::Picture brightened(data::Picture picture, int levels);

}  // namespace assay::test
