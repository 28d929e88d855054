#include "view_fault.h"

#include <algorithm>
#include <cmath>

namespace assay::data {
namespace {

// Places in the source beyond this can't be counted in 32 bits, and nobody means them.
constexpr double kFarthest = 1e9;

bool is_finite(const Levels& levels) { return std::isfinite(levels[0] + levels[1] + levels[2]); }

bool is_finite(const Affine& m) { return std::isfinite(m.xx + m.xy + m.x0 + m.yx + m.yy + m.y0); }

bool is_finite(const Region& region) {
  return is_finite(region.from_unit) && is_finite(region.colour.value_or(Levels{}));
}

/// Whether each number of a stage is finite.
struct StageIsFinite {
  bool operator()(const ColourMatrix& stage) const {
    return is_finite(stage.offset) &&
           std::ranges::all_of(stage.matrix, [](double number) { return std::isfinite(number); });
  }
  bool operator()(const Gamma& stage) const { return std::isfinite(stage.exponent); }
  bool operator()(const HueTurn& stage) const { return std::isfinite(stage.turns); }
  bool operator()(const DensityMatrix& stage) const { return (*this)(stage.matrix); }
};

bool is_finite(const View& view) {
  const auto all = [](const auto& list) {
    return std::ranges::all_of(list, [](const auto& item) { return is_finite(item); });
  };
  return is_finite(view.to_source()) && std::isfinite(view.width() + view.height()) && all(view.clips()) &&
         all(view.holes()) && is_finite(view.fill().value_or(Levels{})) && is_finite(view.mean_colour()) &&
         std::ranges::all_of(view.stages(), [](const ColourStage& s) { return std::visit(StageIsFinite{}, s); }) &&
         std::isfinite(view.blur_sigma() + view.noise_deviation());
}

bool is_far(const View& view) {
  const Affine& m = view.to_source();
  const auto reach = [&](double x, double y, double at) { return std::abs(at) + std::abs(x) + std::abs(y); };
  return reach(m.xx * view.width(), m.xy * view.height(), m.x0) > kFarthest ||
         reach(m.yx * view.width(), m.yy * view.height(), m.y0) > kFarthest;
}

bool lacks_exponent(const ColourStage& stage) {
  const auto* gamma = std::get_if<Gamma>(&stage);
  return gamma != nullptr && !(gamma->exponent > 0);
}

}  // namespace

const char* fault_of(const View& view) {
  if (!is_finite(view) || !(view.width() > 0) || !(view.height() > 0)) {
    return "is empty or holds a number that is not finite";
  }
  if (is_far(view)) return "reaches further than 1e9 pixels from the picture";
  if (std::ranges::any_of(view.stages(), lacks_exponent)) return "holds a gamma that is not above 0";
  return nullptr;
}

}  // namespace assay::data
