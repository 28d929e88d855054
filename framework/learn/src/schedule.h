// The learning rate as a function of how far training is. It holds no state, so a resumed run needs nothing to go on.
#pragma once

#include <cstdint>
#include <variant>

#include "assay/experiment.h"

namespace assay {

/// Where a step lies. Epochs may differ in their number of steps: time is counted in epochs.
struct StepPosition {
  std::int64_t epoch = 0;  ///< finished epochs
  std::int64_t step = 0;   ///< finished steps of this epoch
  std::int64_t steps = 1;  ///< steps of this epoch
};

/// The share of the optimiser's learning rate that a step uses. With W warm-up epochs, E epochs in all, and f the final
/// share:
///   warm-up, while e = epoch + (step + 1) / steps is not above W:   e / W
///   constant, after it:                                             1
///   cosine, after it, with e = epoch + step / steps:                f + (1 - f) (1 + cos(pi (e - W) / (E - W))) / 2
/// The warm-up counts the step to be made, so that the first one is not lost and the last one reaches 1 (Goyal et al.
/// 2017, section 2.2); the cosine counts the steps made, so that it starts at 1 (Loshchilov and Hutter 2017, equation
/// 5).
class Schedule {
 public:
  using Options = std::variant<ConstantScheduleOptions, CosineScheduleOptions>;

  Schedule(const Options& options, std::int64_t epochs);

  double share(const StepPosition& position) const;

 private:
  bool cosine_;
  double warmup_;
  double final_share_;
  double epochs_;
};

}  // namespace assay
