#include "final_evaluation.h"

#include <array>

#include "assay/registry/threshold.h"
#include "figures.h"
#include "provenance.h"
#include "result_table.h"

namespace assay {
namespace {

std::string rule_text(const std::variant<double, std::string>& option) {
  if (const auto* number = std::get_if<double>(&option)) return to_text(Scalar(*number));
  return std::get<std::string>(option);
}

// The figures of validation stay those of the epochs, so only the intervals, which carry the value at the chosen
// threshold, are new for it. The test split has no others.
void record_split(const FinishedTraining& training, const SplitResult& result, RunWriter& writer) {
  const std::int64_t epoch = training.state.best->epoch;
  const std::int64_t steps = training.state.total_steps;
  for (const auto& [name, interval] : result.intervals) {
    if (result.split == Split::test) writer.metric("test", name, epoch, steps, interval.value);
    if (interval.replicates > 0) writer.interval(split_name(result.split), name, interval);
  }
  if (result.split == Split::test) writer.metric("test", "loss", epoch, steps, result.loss);
  writer.predictions(split_name(result.split), epoch, result.predictions);
}

void record_artifacts(RunWriter& writer, const Checkpoints& checkpoints) {
  writer.artifact(checkpoints.manifest_file(), "checkpoint");
  const auto manifest = checkpoints.manifest();
  if (!manifest) return;
  const auto add = [&](const CheckedFile& file, const char* kind) {
    if (file.exists()) writer.artifact(checkpoints.folder() / file.name, kind, file.sha256);
  };
  add(manifest->frozen, "weights.frozen");
  add(manifest->best, "checkpoint.best");
  add(manifest->last, "checkpoint.last");
}

}  // namespace

void record_final_evaluation(const FinishedTraining& training, RunWriter& writer, const Checkpoints& checkpoints,
                             Console& console) {
  const Job& job = training.job;
  std::vector<SplitResult> results;
  double threshold = 0.0;
  for (const Split split : {Split::validation, Split::test}) {
    Evaluated evaluated = training.evaluator.evaluate(split);
    if (split == Split::validation && job.task.one_output()) {
      const std::string rule = rule_text(job.experiment.evaluation.threshold);
      threshold = choose_threshold(evaluated.predictions, parse_threshold_rule(rule));
      writer.threshold(threshold, rule);
    }
    auto intervals = figures_of(job.experiment, evaluated.predictions, threshold);
    results.push_back({split, std::move(evaluated.predictions), evaluated.loss, std::move(intervals)});
    record_split(training, results.back(), writer);
  }
  record_artifacts(writer, checkpoints);
  const double memory = peak_memory();
  writer.event("finished", "peak memory " + bytes_text(memory));
  console.say(summary_text(training, results, threshold, writer.number(), writer.folder(), memory));
}

}  // namespace assay
