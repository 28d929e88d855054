// Whether an augmentation left a view that can be rendered.
#pragma once

#include "assay/data/view.h"

namespace assay::data {

/// What is wrong with a view, to stand behind "its view": a number that is not finite, a frame without area, a frame
/// further from the picture than any picture is large, a gamma that is not above 0. nullptr: nothing. A view that shows
/// none of its picture is fine: it is filled.
const char* fault_of(const View& view);

}  // namespace assay::data
