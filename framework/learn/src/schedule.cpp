#include "schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace assay {

Schedule::Schedule(const Options& options, std::int64_t epochs)
    : cosine_(std::holds_alternative<CosineScheduleOptions>(options)),
      warmup_(std::visit([](const auto& chosen) { return chosen.warmup_epochs; }, options)),
      final_share_(cosine_ ? std::get<CosineScheduleOptions>(options).final_share : 1.0),
      epochs_(static_cast<double>(epochs)) {}

double Schedule::share(const StepPosition& position) const {
  const double epoch = static_cast<double>(position.epoch);
  const double steps = static_cast<double>(position.steps);
  const double after = epoch + static_cast<double>(position.step + 1) / steps;
  if (after <= warmup_) return after / warmup_;
  if (!cosine_) return 1.0;
  const double before = epoch + static_cast<double>(position.step) / steps;
  // A warm-up that ends within a step leaves `before` below it; one as long as training leaves nothing to divide by.
  const double length = std::max(epochs_ - warmup_, 1e-9);
  const double progress = std::clamp((before - warmup_) / length, 0.0, 1.0);
  return final_share_ + (1.0 - final_share_) * 0.5 * (1.0 + std::cos(std::numbers::pi * progress));
}

}  // namespace assay
