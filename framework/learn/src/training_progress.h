// The live line of training: where it is, how well, how fast, how long still.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "assay/console.h"

namespace assay {

/// "epoch 37/500  loss 0.412  val auroc 0.9312  1,204 images/s  2:13 left".
class TrainingProgress {
 public:
  TrainingProgress(Console& console, std::int64_t epochs) : console_(console), epochs_(epochs) {}

  /// Call when training begins or goes on: the speed is that of this process.
  void begin(std::int64_t finished_epochs);
  /// After each step; cheap unless the line is due. share: of the epoch that is done.
  void step(std::int64_t epoch, double share, std::int64_t images, double mean_loss);
  /// After each epoch: name without the split.
  void epoch_ended(const std::string& metric, double value);

  /// "trained in 2:13 at 1,204 images/s, 1.2 % of the steps' time waiting for pictures".
  std::string summary(std::chrono::duration<double> in_steps, double seconds_waited) const;

  double images_per_second() const;
  std::chrono::duration<double> elapsed() const { return std::chrono::steady_clock::now() - begun_; }

 private:
  Console& console_;
  std::int64_t epochs_;
  std::int64_t images_ = 0;
  double first_epoch_ = 0.0;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::string validation_;
};

}  // namespace assay
