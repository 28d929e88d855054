#include "predictor.h"

#include <c10/core/GradMode.h>

#include <algorithm>

#include "assay/error.h"
#include "assay/learn/freezing.h"
#include "assay/toml_file.h"
#include "device.h"
#include "evaluator.h"
#include "feature_extractor.h"
#include "job.h"
#include "named_tensors.h"

namespace assay {
namespace {

std::string label_of(const RunSummary& run) { return "run " + std::to_string(run.number) + " (" + run.name + ")"; }

Task task_of(const TrainedModel& trained, std::int64_t outputs) {
  Dataset classes;
  classes.classes = trained.classes;
  const auto positive = std::find(trained.classes.begin(), trained.classes.end(), trained.positive);
  classes.positive = positive == trained.classes.end() ? -1 : positive - trained.classes.begin();
  return make_task(classes, outputs, "auto");
}

/// Everything but the threshold, which an unfinished run lacks.
TrainedModel without_threshold(const RunDetails& run, CheckpointChoice choice, const CheckpointManifest& checkpoint) {
  TrainedModel trained;
  const std::string origin = "the experiment of run " + std::to_string(run.summary.number);
  trained.experiment = experiment_from_resolved(parse_toml(run.experiment, origin));
  trained.input = checkpoint.input;
  trained.compute_threads = checkpoint.state.machine.compute_threads;
  trained.classes = run.classes;
  trained.positive = run.positive;
  trained.run = run.summary.uuid;
  trained.load_into = [folder = run.folder, checkpoint, choice](const Model& model) {
    Checkpoints(folder).load_model(checkpoint, choice == CheckpointChoice::best, model.frozen(), model.trained());
  };
  return trained;
}

}  // namespace

std::int64_t FinishedRun::epoch() const {
  const TrainingState& state = checkpoint.state;
  return choice == CheckpointChoice::best && state.best ? state.best->epoch : state.epoch;
}

TrainedModel FinishedRun::model() const {
  TrainedModel trained = without_threshold(details, choice, checkpoint);
  trained.threshold = details.threshold.value_or(0.0);
  return trained;
}

CheckpointManifest checkpoint_of(const RunDetails& run) {
  if (auto manifest = Checkpoints(run.folder).manifest()) return *manifest;
  throw InvalidInput(label_of(run.summary) + " has no checkpoint in " + run.folder.string() +
                     (run.summary.state == RunState::completed
                          ? ": it was removed; restore the folder from a backup, or train again"
                          : " yet; let it go on first: runner resume " + std::to_string(run.summary.number)));
}

FinishedRun find_finished_run(const Registry& registry, const std::string& text, const std::string& what) {
  const RunReference reference = find_run(registry, text);
  RunDetails details = run_details(registry, reference.number);
  const RunState state = details.summary.state;
  if (state == RunState::running) {
    throw InvalidInput(label_of(details.summary) + " is still running: its model changes. It can be " + what +
                       " when it is finished");
  }
  if (state != RunState::completed) {
    const std::string number = std::to_string(reference.number);
    throw InvalidInput(label_of(details.summary) + " is " + std::string(to_text(state)) +
                       ": its model isn't finished, and its threshold isn't chosen yet. Let it go on first: runner "
                       "resume " +
                       number);
  }
  CheckpointManifest checkpoint = checkpoint_of(details);
  return {std::move(details), reference.checkpoint.value_or(CheckpointChoice::best), std::move(checkpoint)};
}

TrainedModel trained_model(const RunDetails& run, CheckpointChoice choice, const CheckpointManifest& checkpoint,
                           Console& console) {
  TrainedModel trained = without_threshold(run, choice, checkpoint);
  if (run.positive.empty()) return trained;
  if (!run.threshold) {
    console.warn(label_of(run.summary) + " has no threshold yet, since it isn't finished; 0.5 is used");
  } else if (choice == CheckpointChoice::last) {
    console.warn("the threshold was chosen for the best epoch, not the last one");
  }
  trained.threshold = run.threshold.value_or(0.5);
  return trained;
}

Predictor open_predictor(const TrainedModel& trained, Console& console) {
  Predictor predictor;
  prepare_process(trained.compute_threads);
  predictor.device = choose_device("auto", console);
  predictor.model = make_model(catalog_for(trained.experiment.plugins), trained.experiment);
  trained.load_into(predictor.model);
  predictor.sha256 = hash_of(predictor.model.state());
  predictor.model.backbone->to(predictor.device);
  predictor.model.head->to(predictor.device);
  predictor.model.train(false);
  fold_frozen_stages(*predictor.model.backbone);
  predictor.task = task_of(trained, predictor.model.head->outputs());
  predictor.input = trained.input;
  predictor.renderer = make_renderer(trained.experiment, trained.input, {});
  predictor.loader_threads = trained.experiment.pipeline.threads;
  predictor.threshold = predictor.task.one_output() ? trained.threshold : 0.0;
  predictor.run = trained.run;
  return predictor;
}

at::Tensor logits_of(const Predictor& predictor, const Batch& batch) {
  const c10::NoGradGuard no_grad;
  const at::Tensor images = images_of(batch.pixels, batch.count(), predictor.renderer->size(), predictor.device);
  const at::Tensor pooled = features_of_chunk(predictor.model, images, FeatureKind::pooled);
  // The head's last bits, too, depend on how many rows it sees together.
  return logits_of(predictor.model, filled_up(pooled)).narrow(0, 0, batch.count());
}

at::Tensor probabilities_of(const Predictor& predictor, const Batch& batch) {
  const c10::NoGradGuard no_grad;
  return predictor.model.probabilities(logits_of(predictor, batch)).cpu().to(at::kFloat).contiguous();
}

}  // namespace assay
