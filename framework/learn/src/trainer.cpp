#include "trainer.h"

#include <ATen/ops/empty.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>

#include "assay/error.h"
#include "assay/interrupt.h"
#include "determinism.h"
#include "finite.h"
#include "number_text.h"

namespace assay {
namespace {

// A checkpoint is written at the end of an epoch once this many times its own cost has gone by since the last one: it
// then costs two per cent at most.
constexpr int kSavingShare = 50;

std::string without_split(const std::string& metric) { return metric.substr(metric.find('.') + 1); }

double value_of(const std::vector<MetricValue>& metrics, const std::string& name) {
  for (const MetricValue& metric : metrics) {
    if (metric.name == name) return metric.value;
  }
  return std::nan("");
}

}  // namespace

bool is_better(const std::string& metric, double value, double best, double min_delta) {
  if (std::isnan(value)) return false;
  if (std::isnan(best)) return true;
  return is_minimised(metric) ? value < best - min_delta : value > best + min_delta;
}

Trainer::Trainer(TrainerParts parts, RecordMetric record)
    : parts_(std::move(parts)),
      record_(std::move(record)),
      split_(parts_.dataset),
      optimizer_(make_optimizer(parts_.experiment.training.optimizer, parts_.model.trained_parameters())),
      schedule_(parts_.experiment.training.schedule, parts_.experiment.training.epochs),
      learning_rate_(learning_rate_of(parts_.experiment.training.optimizer)),
      progress_(parts_.console, parts_.experiment.training.epochs),
      saved_at_(std::chrono::steady_clock::now()) {
  state_.seed = static_cast<std::uint64_t>(parts_.experiment.seed);
  state_.machine = parts_.machine;
  state_.weights = parts_.model.trained();
  state_.optimizer = optimizer_->state();
}

void Trainer::restore(const CheckpointManifest& manifest) {
  parts_.checkpoints.restore(manifest, state_);
  state_.machine = parts_.machine;
  ever_saved_ = true;
}

void Trainer::train() {
  progress_.begin(state_.epoch);
  saved_at_ = std::chrono::steady_clock::now();
  try {
    while (!done()) {
      if (state_.progress.order.empty()) begin_epoch();
      go_on_with_epoch();
      finish_epoch();
      throw_if_interrupted();
    }
  } catch (const Interrupted&) {
    parts_.console.end_progress();
    save();
    throw;
  }
  parts_.console.end_progress();
  save();
}

std::string Trainer::summary() const { return progress_.summary(stepping_, parts_.batches.seconds_waited()); }

bool Trainer::done() const { return state_.stopped_early || state_.epoch >= parts_.experiment.training.epochs; }

void Trainer::begin_epoch() {
  EpochProgress& progress = state_.progress;
  progress = {};
  progress.order =
      next_order_.empty() ? order_of_epoch(parts_.sampler, split_, state_.seed, state_.epoch) : std::move(next_order_);
  next_order_.clear();
  progress.logits = at::empty({static_cast<std::int64_t>(progress.order.size()), parts_.task.outputs},
                              at::TensorOptions().dtype(at::kFloat).device(parts_.device));
  state_.step = 0;
}

std::int64_t Trainer::steps_of_epoch() const {
  const auto shown = static_cast<std::int64_t>(state_.progress.order.size());
  const std::int64_t batch = parts_.experiment.training.batch_size;
  return (shown + batch - 1) / batch;
}

void Trainer::go_on_with_epoch() {
  const EpochProgress& progress = state_.progress;
  std::vector<std::int64_t> samples;
  samples.reserve(progress.order.size());
  for (const std::int64_t position : progress.order) {
    samples.push_back(split_.samples[static_cast<std::size_t>(position)]);
  }
  targets_ = targets_of(parts_.task, parts_.dataset, samples).to(parts_.device);
  begin_batches();
  parts_.model.train(true);
  for (const std::int64_t steps = steps_of_epoch(); state_.step < steps;) {
    const auto begun = std::chrono::steady_clock::now();
    make_step();
    stepping_ += std::chrono::steady_clock::now() - begun;
    throw_if_interrupted();
    save_when_due(/*epoch_ended=*/false);
  }
}

void Trainer::begin_batches() {
  const EpochProgress& progress = state_.progress;
  const auto seen = static_cast<std::size_t>(progress.seen);
  if (seen == progress.order.size()) return;  // stopped behind its last step
  const std::vector<std::uint16_t> draws = draws_of(progress.order, split_.samples.size());
  parts_.batches.begin({state_.epoch, state_.step, std::span(progress.order).subspan(seen),
                        std::span(draws).subspan(seen), parts_.experiment.training.batch_size});
  announce_next_epoch();
}

void Trainer::announce_next_epoch() {
  const std::int64_t epoch = state_.epoch + 1;
  if (epoch >= parts_.experiment.training.epochs) return;
  try {
    next_order_ = order_of_epoch(parts_.sampler, split_, state_.seed, epoch);
  } catch (const Failure&) {
    return;  // this epoch can still be finished; the next one tells it when it begins
  }
  const std::vector<std::uint16_t> draws = draws_of(next_order_, split_.samples.size());
  parts_.batches.announce({epoch, 0, next_order_, draws, parts_.experiment.training.batch_size});
}

void Trainer::make_step() {
  EpochProgress& progress = state_.progress;
  seed_step(parts_.device, state_.seed, state_.epoch, state_.step);
  optimizer_->clear_gradients();
  const TrainingBatch batch = parts_.batches.next();
  const at::Tensor& logits = batch.logits;
  const std::int64_t count = logits.size(0);
  const at::Tensor loss = mean_loss(parts_.task.loss, logits, targets_of_step(batch, count));
  loss.backward();
  const double value = loss.item<double>();
  if (!std::isfinite(value)) fail_not_finite(value, logits);
  optimizer_->step(learning_rate_ * schedule_.share({state_.epoch, state_.step, steps_of_epoch()}));

  progress.logits.narrow(0, progress.seen, count).copy_(logits.detach());
  progress.seen += count;
  progress.loss_sum += value * static_cast<double>(count);
  ++state_.step;
  ++state_.total_steps;
  const auto shown = static_cast<double>(progress.order.size());
  progress_.step(state_.epoch, static_cast<double>(progress.seen) / shown, count,
                 progress.loss_sum / static_cast<double>(progress.seen));
}

at::Tensor Trainer::targets_of_step(const TrainingBatch& batch, std::int64_t count) const {
  const at::Tensor targets = targets_.narrow(0, state_.progress.seen, count);
  return batch.mixed.empty() ? targets : mixed_targets(parts_.task, targets, batch.mixed);
}

// Everything that may be interrupted or fail comes before the first change of the state: it is then saved as an epoch
// whose steps are made and which is still to be judged.
void Trainer::finish_epoch() {
  const Evaluated validation = parts_.evaluator.evaluate(Split::validation);
  const std::vector<MetricValue> training_metrics = metrics_of_training();
  const auto validation_metrics = epoch_metrics(parts_.task, validation.predictions, validation.loss);
  for (const auto& [name, value] : training_metrics) {
    record_("train", name, state_.epoch + 1, state_.total_steps, value);
  }
  for (const auto& [name, value] : validation_metrics) {
    record_("validation", name, state_.epoch + 1, state_.total_steps, value);
  }
  ++state_.epoch;
  state_.step = 0;
  state_.progress = {};
  judge_epoch(validation_metrics);
  follow_early_stopping(validation_metrics);
  const std::string shown = without_split(parts_.experiment.evaluation.select);
  progress_.epoch_ended(shown, value_of(validation_metrics, shown));
  save_when_due(/*epoch_ended=*/true);
}

// A picture mixed of two has no one label to be right about: only the loss is measured of such epochs.
std::vector<MetricValue> Trainer::metrics_of_training() const {
  const c10::NoGradGuard no_grad;
  const EpochProgress& progress = state_.progress;
  const double loss = progress.loss_sum / static_cast<double>(progress.seen);
  if (parts_.batches.mixes()) return {{"loss", loss}};
  std::vector<std::int64_t> samples;
  for (const std::int64_t position : progress.order) {
    samples.push_back(split_.samples[static_cast<std::size_t>(position)]);
  }
  const at::Tensor probabilities = parts_.model.probabilities(progress.logits);
  return epoch_metrics(parts_.task, predictions_of(parts_.task, parts_.dataset, samples, probabilities), loss);
}

void Trainer::judge_epoch(const std::vector<MetricValue>& validation) {
  const std::string metric = without_split(parts_.experiment.evaluation.select);
  const double value = value_of(validation, metric);
  // The first epoch is best whatever its value: there is always one to predict with.
  if (state_.best && !is_better(metric, value, state_.best->value)) return;
  state_.best = BestEpoch{state_.epoch, value, cloned(state_.weights)};
}

void Trainer::follow_early_stopping(const std::vector<MetricValue>& validation) {
  const EarlyStoppingOptions& options = parts_.experiment.training.early_stopping;
  if (options.patience == 0) return;
  const std::string metric = without_split(options.metric.value_or(parts_.experiment.evaluation.select));
  const double value = value_of(validation, metric);
  EarlyStopping& memory = state_.early_stopping;
  if (!memory.best || is_better(metric, value, *memory.best, options.min_delta)) {
    memory = {value, 0};
    return;
  }
  ++memory.epochs_without;
  state_.stopped_early = memory.epochs_without >= options.patience;
}

void Trainer::save_when_due(bool epoch_ended) {
  const std::chrono::duration<double> since = std::chrono::steady_clock::now() - saved_at_;
  const bool late = since.count() >= parts_.experiment.training.checkpoint_minutes * 60.0;
  const bool cheap = !ever_saved_ || since >= kSavingShare * saving_cost_;
  if (epoch_ended ? late || cheap : late && parts_.experiment.training.checkpoint_minutes > 0) save();
}

void Trainer::save() {
  const auto begun = std::chrono::steady_clock::now();
  try {
    parts_.checkpoints.write(state_, parts_.input);
  } catch (const Failure& failure) {
    throw Failure(std::string(failure.what()) +
                  (ever_saved_ ? ". The checkpoint before it is whole: free space and resume the run"
                               : ". No checkpoint was written yet"));
  }
  saved_at_ = std::chrono::steady_clock::now();
  saving_cost_ = saved_at_ - begun;
  ever_saved_ = true;
}

void Trainer::fail_not_finite(double loss, const at::Tensor& logits) const {
  std::string kept = "no checkpoint was written yet";
  if (const auto manifest = parts_.checkpoints.manifest()) {
    kept = "the checkpoint after epoch " + std::to_string(manifest->state.epoch) + ", step " +
           std::to_string(manifest->state.step) + " is kept";
  }
  parts_.console.end_progress();
  throw Failure("epoch " + std::to_string(state_.epoch + 1) + ", step " + std::to_string(state_.step + 1) + " of " +
                std::to_string(steps_of_epoch()) + ": the loss is " + decimal_text(loss, 3) + "; " + kept + ". " +
                what_helps(logits));
}

std::string Trainer::what_helps(const at::Tensor& logits) const {
  const std::string usual = "A lower training.optimizer.learning_rate or a longer warm-up usually helps";
  const std::int64_t row = first_row_not_finite(logits);
  if (row < 0) return usual;
  const auto position = state_.progress.order[static_cast<std::size_t>(state_.progress.seen + row)];
  const std::int64_t sample = split_.samples[static_cast<std::size_t>(position)];
  return "The logits of " + parts_.dataset.samples[static_cast<std::size_t>(sample)].name + " come from backbone '" +
         parts_.experiment.backbone.plugin + "' and head '" + parts_.experiment.head.plugin + "' and are not finite" +
         why_not_finite(parts_.model);
}

}  // namespace assay
