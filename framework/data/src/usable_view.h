// Whether an augmentation left a view that can be rendered.
#pragma once

#include <cmath>

#include "assay/data/view.h"

namespace assay::data {

/// true when every number of the view is finite and its frame has an area.
inline bool is_usable(const View& view) {
  const Affine& map = view.to_source();
  const bool finite = std::isfinite(map.xx + map.xy + map.x0 + map.yx + map.yy + map.y0 + view.width() + view.height());
  return finite && view.width() > 0 && view.height() > 0;
}

}  // namespace assay::data
