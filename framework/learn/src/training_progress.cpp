#include "training_progress.h"

#include <algorithm>

#include "number_text.h"

namespace assay {

void TrainingProgress::begin(std::int64_t finished_epochs) {
  first_epoch_ = static_cast<double>(finished_epochs);
  begun_ = std::chrono::steady_clock::now();
  images_ = 0;
}

void TrainingProgress::step(std::int64_t epoch, double share, std::int64_t images, double mean_loss) {
  images_ += images;
  if (!console_.progress_due()) return;
  const double done = static_cast<double>(epoch) + share;
  const double left = (static_cast<double>(epochs_) - done) / std::max(done - first_epoch_, 1e-9) * elapsed().count();
  console_.progress("epoch " + std::to_string(epoch + 1) + "/" + std::to_string(epochs_) + "  loss " +
                    decimal_text(mean_loss, 3) + validation_ + "  " +
                    count_text(static_cast<std::int64_t>(images_per_second())) + " images/s  " +
                    duration_text(std::chrono::duration<double>(left)) + " left");
}

void TrainingProgress::epoch_ended(const std::string& metric, double value) {
  validation_ = "  val " + metric + " " + decimal_text(value, 4);
}

std::string TrainingProgress::summary(std::chrono::duration<double> in_steps, double seconds_waited) const {
  const double share = 100.0 * seconds_waited / std::max(in_steps.count(), 1e-9);
  return "trained in " + duration_text(elapsed()) + " at " +
         count_text(static_cast<std::int64_t>(images_per_second())) + " images/s" +
         (seconds_waited > 0.0 ? ", " + decimal_text(share, 1) + " % of the steps' time waiting for pictures" : "");
}

double TrainingProgress::images_per_second() const {
  return static_cast<double>(images_) / std::max(elapsed().count(), 1e-9);
}

}  // namespace assay
