// `evaluate`: a finished run's model on images of others. All of a data set's images count, whatever split they have
// there: the model has seen none of them, and those that it has seen are refused.
#include <ATen/ops/cat.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "assay/data/loader.h"
#include "assay/error.h"
#include "assay/interrupt.h"
#include "assay/registry/external_evaluation.h"
#include "class_names.h"
#include "commands.h"
#include "feature_extractor.h"
#include "figures.h"
#include "job.h"
#include "number_text.h"
#include "picture_progress.h"
#include "predictor.h"
#include "provenance.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

/// The other data set in terms of the run's classes.
Dataset open_translated(const EvaluateRequest& request, const FinishedRun& run, const Experiment& experiment,
                        Console& console) {
  const ClassTranslation translation(run.details.classes, request.classes, experiment.dataset.classes);
  DatasetOptions options = request.dataset;
  options.positive.reset();
  if (options.path && options.classes.empty() && fs::is_directory(*options.path)) {
    options.classes = translation.rule_for_folder(*options.path);
  }
  Dataset dataset = open_dataset(
      options, cache_folder(),
      [&](const char* what, auto done, auto total) {
        if (!console.progress_due()) return;
        console.progress(what + (": " + count_text(done) + " of " + count_text(total) + " images"));
      },
      DatasetUse::judge);
  const std::vector<std::int64_t> index = translation.indices_of(dataset.classes);
  for (Sample& sample : dataset.samples) sample.label = index[static_cast<std::size_t>(sample.label)];
  dataset.classes = run.details.classes;
  tell(dataset, console);
  return dataset;
}

/// An image of the other data set that the run was trained or chosen on.
struct KnownImage {
  std::string name;
  std::string in_run;  ///< its path there, and the split
};

/// Leaves the test images of the run in: nothing was chosen on them.
std::vector<KnownImage> take_known_images(Dataset& dataset, const std::vector<SampleRecord>& of_run) {
  std::unordered_map<std::string, const SampleRecord*> seen;
  for (const SampleRecord& record : of_run) {
    if (record.split != "test") seen.emplace(record.hash, &record);
  }
  std::vector<KnownImage> known;
  std::erase_if(dataset.samples, [&](const Sample& sample) {
    const auto found = seen.find(sample.content_hash);
    if (found == seen.end()) return false;
    known.push_back({sample.name, found->second->path + " (" + found->second->split + ")"});
    return true;
  });
  return known;
}

void refuse_known(const std::vector<KnownImage>& known, std::size_t images, const FinishedRun& run) {
  constexpr std::size_t kShown = 10;
  std::string text = count_text(static_cast<std::int64_t>(known.size())) + " of " +
                     count_text(static_cast<std::int64_t>(images)) + " images are images that run " +
                     std::to_string(run.details.summary.number) +
                     " was trained or chosen on, byte for byte; figures on them would flatter the model:";
  for (std::size_t i = 0; i < std::min(known.size(), kShown); ++i) {
    text += "\n  " + known[i].name + " = " + known[i].in_run;
  }
  if (known.size() > kShown) text += "\n  and " + std::to_string(known.size() - kShown) + " more";
  throw InvalidInput(text + "\nLeave them out with --without-known");
}

/// Returns how many were left out.
std::int64_t leave_out_known(Dataset& dataset, const std::vector<SampleRecord>& of_run, const FinishedRun& run,
                             bool may_leave_out, Console& console) {
  const std::size_t images = dataset.samples.size();
  const std::vector<KnownImage> known = take_known_images(dataset, of_run);
  if (known.empty()) return 0;
  if (!may_leave_out) refuse_known(known, images, run);
  if (dataset.samples.empty()) {
    throw InvalidInput("all " + count_text(static_cast<std::int64_t>(images)) + " images are known to run " +
                       std::to_string(run.details.summary.number) + ": nothing is left to judge it on");
  }
  console.warn(count_text(static_cast<std::int64_t>(known.size())) + " of " +
               count_text(static_cast<std::int64_t>(images)) +
               " images were left out: the run was trained or chosen on "
               "them");
  return static_cast<std::int64_t>(known.size());
}

/// A patient of the same name may be another one: only people know.
void warn_of_known_groups(const Dataset& dataset, const std::vector<SampleRecord>& of_run, Console& console) {
  std::set<std::string> seen;
  for (const SampleRecord& record : of_run) {
    if (record.split != "test") seen.insert(record.group);
  }
  std::set<std::string> both;
  for (const Sample& sample : dataset.samples) {
    const std::string& group = dataset.groups[static_cast<std::size_t>(sample.group)];
    if (seen.contains(group)) both.insert(group);
  }
  if (both.empty()) return;
  console.warn(count_text(static_cast<std::int64_t>(both.size())) +
               " groups are named like groups that the run was "
               "trained or chosen on (the first: " +
               *both.begin() + "); if they are the same patients, the figures flatter the model");
}

void check_classes(const Dataset& dataset, const FinishedRun& run) {
  std::set<std::int64_t> present;
  for (const Sample& sample : dataset.samples) present.insert(sample.label);
  if (present.size() > 1) return;
  throw InvalidInput("all " + count_text(static_cast<std::int64_t>(dataset.samples.size())) + " images are of class '" +
                     run.details.classes[static_cast<std::size_t>(*present.begin())] +
                     "': no figure can tell how the model tells classes apart; runner predict gives its answers");
}

/// Logits [N,K] of all samples, in order, on the CPU.
at::Tensor logits_of_all(const Predictor& predictor, const Dataset& dataset, Console& console) {
  std::vector<std::int64_t> samples(dataset.samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<std::int64_t>(i);
  Loader loader(dataset, *predictor.renderer, plain_requests(samples), kFeatureChunk, predictor.loader_threads);
  PictureProgress progress(console, "evaluated", static_cast<std::int64_t>(samples.size()));
  std::vector<at::Tensor> parts;
  while (const Batch* batch = loader.next()) {
    parts.push_back(logits_of(predictor, *batch).cpu().to(at::kFloat));
    progress.advance(batch->count());
    throw_if_interrupted();
  }
  console.end_progress();
  return at::cat(parts);
}

ExternalEvaluation judge(const Predictor& predictor, const Dataset& dataset, const Experiment& experiment,
                         Console& console) {
  const c10::NoGradGuard no_grad;
  std::vector<std::int64_t> samples(dataset.samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<std::int64_t>(i);
  const at::Tensor logits = logits_of_all(predictor, dataset, console);
  const at::Tensor targets = targets_of(predictor.task, dataset, samples);
  ExternalEvaluation evaluation;
  evaluation.predictions = predictions_of(predictor.task, dataset, samples, predictor.model.probabilities(logits));
  evaluation.figures = figures_of(experiment, evaluation.predictions, predictor.threshold);
  const double none = std::numeric_limits<double>::quiet_NaN();
  Interval loss{.value = mean_loss(predictor.task.loss, logits, targets).item<double>(), .low = none, .high = none};
  evaluation.figures.push_back({"loss", loss});
  return evaluation;
}

}  // namespace

std::int64_t evaluate_run(const EvaluateRequest& request, Console& console) {
  check_evaluation_name(request.name);
  const Registry registry = Registry::open(request.registry, OpenMode::write);
  const FinishedRun run = find_finished_run(registry, request.run, "evaluated");
  const std::int64_t number = run.details.summary.number;
  TrainedModel trained = run.model();
  Dataset dataset = open_translated(request, run, trained.experiment, console);
  const std::vector<SampleRecord> of_run = run_samples(registry, number);
  const std::int64_t known = leave_out_known(dataset, of_run, run, request.without_known, console);
  warn_of_known_groups(dataset, of_run, console);
  check_classes(dataset, run);
  if (run.choice == CheckpointChoice::last && !run.details.positive.empty()) {
    console.warn("the threshold was chosen for the best epoch, not the last one");
  }

  // What hides parts of the pictures belongs to the data set, all else to the model.
  trained.experiment.dataset.mask = request.dataset.mask;
  trained.experiment.dataset.pixel_limit = request.dataset.pixel_limit;
  const Predictor predictor = open_predictor(trained, console);
  ExternalEvaluation evaluation = judge(predictor, dataset, trained.experiment, console);
  evaluation.name = request.name;
  evaluation.place = request.place;
  evaluation.checkpoint = run.choice;
  evaluation.epoch = run.epoch();
  evaluation.step = run.checkpoint.state.total_steps;
  // Of the images that are judged, in the run's words: two runs judged on the same images have the same.
  evaluation.dataset_fingerprint = fingerprint_of(dataset);
  evaluation.samples = sample_records(dataset);
  if (predictor.task.one_output()) evaluation.threshold = predictor.threshold;
  evaluation.groups_are = dataset.groups_are;
  evaluation.known_images = known;
  evaluation.bad_images = static_cast<std::int64_t>(dataset.skipped.size());
  if (record_external_evaluation(registry, number, evaluation)) {
    console.say("an earlier evaluation named '" + request.name + "' is replaced");
  }
  return number;
}

}  // namespace assay
