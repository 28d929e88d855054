#include "conduct.h"

#include <memory>

#include "assay/cache_files.h"
#include "assay/data/dataset.h"
#include "assay/error.h"
#include "assay/learn/freezing.h"
#include "evaluator.h"
#include "feature_cache.h"
#include "final_evaluation.h"
#include "number_text.h"
#include "program_name.h"
#include "provenance.h"
#include "trainer.h"
#include "training_batches.h"

namespace assay {
namespace {

// All views of the training split, the row of a position in a view at view * positions + position.
FeatureRows training_features(FeatureCache& cache, const TrainingSplit& split, const FeaturePlan& plan) {
  FeatureRows all;
  for (std::int64_t view = 0; view < plan.views; ++view) {
    std::vector<Request> requests;
    requests.reserve(split.samples.size());
    for (const std::int64_t sample : split.samples) {
      requests.push_back(training_request(sample, view, /*draw=*/0, plan.views));
    }
    all.append(cache.rows(requests, plan.dtype));
  }
  return all;
}

std::unique_ptr<TrainingBatches> make_batches(const Job& job, const FeaturePlan& plan, FeatureCache& cache) {
  const TrainingSplit split(job.dataset);
  if (plan.keep_training) {
    return std::make_unique<CachedBatches>(job.model, training_features(cache, split, plan), plan.views, plan.kind,
                                           job.device);
  }
  return std::make_unique<LoadedBatches>(job.model, job.pictures(), job.device, split.samples, plan.views, job.seed());
}

std::string found_text(const FeatureCache& cache) {
  return "features of training: " + count_text(cache.reused()) + " found, " + count_text(cache.computed()) +
         " computed";
}

std::int64_t pictures_to_expect(const Job& job, const FeaturePlan& plan) {
  const auto count = [&](Split split) { return static_cast<std::int64_t>(job.dataset.of_split(split).size()); };
  std::int64_t pictures = plan.keep_training ? plan.views * count(Split::train) : 0;
  if (plan.keep_evaluation) pictures += count(Split::validation) + count(Split::test);
  return pictures;
}

FeatureCache make_cache(const Job& job, const FeaturePlan& plan, Console& console) {
  const bool keep = plan.keep_training || plan.keep_evaluation;
  FeatureCache cache(job.model, job.pictures(), job.device, plan.kind,
                     keep ? feature_identity(job, plan.kind) : FeatureIdentity{},
                     keep ? cache_folder() : std::filesystem::path(), console);
  cache.expect(pictures_to_expect(job, plan));
  return cache;
}

void tell_exactness(const CheckpointManifest& manifest, const Job& job, RunWriter& writer, Console& console) {
  const std::string differences = inexact_because(manifest.state.machine, machine_of(job));
  const std::string from =
      "after epoch " + std::to_string(manifest.state.epoch) + ", step " + std::to_string(manifest.state.step);
  const std::string text = from + (differences.empty() ? ": exact" : ": inexact: " + differences);
  writer.event("resumed", text);
  console.say("resumed " + text);
}

void train_and_judge(Job& job, const FeaturePlan& plan, RunWriter& writer, Checkpoints& checkpoints,
                     const std::optional<CheckpointManifest>& manifest, Console& console) {
  if (manifest) {
    checkpoints.load_frozen(*manifest, job.model.frozen());
  } else {
    checkpoints.write_frozen(job.model.frozen());
  }
  fold_frozen_stages(*job.model.backbone);
  FeatureCache cache = make_cache(job, plan, console);
  console.say("feature cache: " + plan.text);
  const std::unique_ptr<TrainingBatches> batches = make_batches(job, plan, cache);
  if (plan.keep_training) console.say(found_text(cache));
  if (batches->mixes()) console.say("training pictures are mixed: of training's metrics the loss alone is recorded");
  Evaluator evaluator(job.model, job.task, job.pictures(), job.device, plan.keep_evaluation ? &cache : nullptr);
  const RecordMetric record = [&](const char* split, const std::string& name, std::int64_t epoch, std::int64_t steps,
                                  double value) { writer.metric(split, name, epoch, steps, value); };
  Trainer trainer({job.experiment, job.task, job.dataset, job.sampler, job.model, job.device, *batches, evaluator,
                   checkpoints, job.input, machine_of(job), console},
                  record);
  if (manifest) {
    trainer.restore(*manifest);
    tell_exactness(*manifest, job, writer, console);
  }
  trainer.train();
  writer.event("trained", trainer.summary());
  console.say(trainer.summary());
  const std::string hash = hash_of(job.model.state());
  writer.weights_sha256(hash);
  copy_values(trainer.state().best->weights, job.model.trained(), "the best epoch");
  record_final_evaluation({job, evaluator, trainer.state(), hash}, writer, checkpoints, console);
}

void record_stop(RunWriter& writer, const Checkpoints& checkpoints, const char* kind, const std::string& text,
                 RunState state, Console& console) {
  try {
    writer.event(kind, text);
    if (std::filesystem::exists(checkpoints.manifest_file()))
      writer.artifact(checkpoints.manifest_file(), "checkpoint");
    writer.finish(state);
  } catch (const std::exception& error) {
    // What ended the run is told; that the registry couldn't be told it too must not hide it.
    console.warn(std::string("the registry doesn't know how the run ended: ") + error.what());
  }
}

}  // namespace

void conduct(Job& job, const FeaturePlan& plan, RunWriter& writer, Checkpoints& checkpoints,
             const std::optional<CheckpointManifest>& manifest, Console& console) {
  const std::int64_t number = writer.number();
  const std::string go_on = program_name() + " resume " + std::to_string(number);
  try {
    train_and_judge(job, plan, writer, checkpoints, manifest, console);
    writer.finish(RunState::completed);
  } catch (const Interrupted& interrupted) {
    console.end_progress();
    record_stop(writer, checkpoints, "interrupted", "signal " + std::to_string(interrupted.signal_number),
                RunState::interrupted, console);
    console.say("run " + std::to_string(number) + " is interrupted; go on with: " + go_on);
    throw;
  } catch (const std::exception& error) {
    console.end_progress();
    record_stop(writer, checkpoints, "failed", error.what(), RunState::failed, console);
    console.say("run " + std::to_string(number) + " failed; it can go on with: " + go_on);
    throw;
  }
}

}  // namespace assay
