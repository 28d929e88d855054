#include "model_card.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "assay/registry/external_evaluation.h"
#include "number_text.h"
#include "python_program.h"

namespace assay {
namespace {

/// Below so many patients an interval says little.
constexpr std::int64_t kFewGroups = 10;

const Interval* interval_of(const RunDetails& run, const std::string& split, const std::string& metric) {
  for (const IntervalRecord& record : run.intervals) {
    if (record.split == split && record.name == metric) return &record.interval;
  }
  return nullptr;
}

std::string parameter_of(const RunDetails& run, const std::string& key) {
  for (const auto& [name, value] : run.parameters) {
    if (name != key) continue;
    const auto* text = std::get_if<std::string>(&value);
    return text != nullptr ? *text : to_text(value);
  }
  return {};
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// "patients", "blocks" or "images": what the groups of a split are.
std::string groups_are(const RunDetails& run, const std::string& split) {
  for (const EvaluationRecord& evaluation : run.evaluations) {
    if (evaluation.split == split) return evaluation.groups_are;
  }
  const bool blocks = std::any_of(run.parameters.begin(), run.parameters.end(),
                                  [](const auto& parameter) { return parameter.first == "dataset.group.block"; });
  return blocks ? "blocks" : "patients";
}

/// test and the external ones.
std::vector<std::string> judged_splits(const RunDetails& run) {
  std::vector<std::string> splits{"test"};
  for (const EvaluationRecord& evaluation : run.evaluations) splits.push_back(evaluation.split);
  return splits;
}

void add_answers(std::ostringstream& card, const CardSubject& subject) {
  const TrainedModel& model = subject.model;
  card << "# " << subject.facts.run_name << "\n\nSorts pictures into: " << listed(model.classes) << ".\n\n";
  if (subject.facts.outputs == 1) {
    card << "Its one output is the probability of **" << model.positive << "**; from "
         << decimal_text(model.threshold, 4) << " on the answer is " << model.positive
         << ". That threshold was chosen on validation images (" << subject.facts.threshold_rule
         << "); for another purpose another one may be right.\n\n";
  } else {
    card << "It gives a probability for each class; the answer is the highest.\n\n";
  }
}

void add_usage(std::ostringstream& card, const CardSubject& subject) {
  const bool traced =
      std::find(subject.facts.files.begin(), subject.facts.files.end(), "model.pt") != subject.facts.files.end();
  const std::int64_t size = subject.model.input.size;
  card
      << "## Use\n\nWith Assay, without the data or the registry of the run:\n\n    runner predict . IMAGE...\n\n"
      << "In Python (`pip install " << python_requirements(subject.model, subject.facts)
      << "`), saved in this folder as `predict.py` and called with images:\n\n```python\n"
      << python_program(subject.model, subject.facts) << "```\n\n"
      << "It gives the same probabilities, to about 0.00001. What else prepares pictures for this model must not round "
         "them to 8 bits when it resizes them: answers for some pictures depend on that visibly.\n\n";
  if (!traced) return;
  card << "In C++ or Python with PyTorch alone: `model.pt` is TorchScript, from images [N, 3, " << size << ", " << size
       << "], float32, prepared as `model.json` says under `preprocessing`, to probabilities [N, "
       << subject.facts.outputs << "].\n\n"
       << "```cpp\ntorch::jit::Module model = torch::jit::load(\"model.pt\");\n"
          "at::Tensor probabilities = model.forward({images}).toTensor();\n```\n\n";
}

std::string figure(const Interval* interval) {
  if (interval == nullptr) return "-";
  std::string text = decimal_text(interval->value, 3);
  if (!std::isnan(interval->low)) {
    text += " (" + decimal_text(interval->low, 3) + " to " + decimal_text(interval->high, 3) + ")";
  }
  return text;
}

void add_figures(std::ostringstream& card, const CardSubject& subject) {
  const RunDetails& run = subject.run.details;
  const std::vector<std::string> splits = judged_splits(run);
  card << "## How good it is\n\nWith 95 % intervals of a bootstrap over patients (blocks of neighbouring files, or "
          "images, where the heading says so).\n`test` are images of the same origin as the training images, looked at "
          "once; `external` are data sets of others.\n\n| |";
  for (const std::string& split : splits) {
    const Interval* any = interval_of(run, split, "auroc");
    card << " " << split;
    if (any != nullptr) {
      card << ": " << count_text(any->samples) << " images, " << count_text(any->groups) << ' '
           << groups_are(run, split);
    }
    card << " |";
  }
  card << "\n|---|";
  for (std::size_t i = 0; i < splits.size(); ++i) card << "---|";
  card << '\n';
  for (const char* metric :
       {"auroc", "balanced_accuracy", "sensitivity", "specificity", "weighted_f1", "accuracy", "log_loss"}) {
    if (interval_of(run, "test", metric) == nullptr) continue;
    card << "| " << metric << " |";
    for (const std::string& split : splits) card << ' ' << figure(interval_of(run, split, metric)) << " |";
    card << '\n';
  }
  card << '\n';
}

void add_line(std::ostringstream& card, const std::string& what, const std::string& value) {
  if (!value.empty()) card << "| " << what << " | " << value << " |\n";
}

void add_origin(std::ostringstream& card, const CardSubject& subject) {
  const RunDetails& run = subject.run.details;
  card << "## What it was made from\n\n| | |\n|---|---|\n";
  add_line(card, "run",
           run.summary.uuid + " (" + subject.facts.run_name + ", " + subject.facts.checkpoint + " checkpoint, epoch " +
               std::to_string(subject.facts.epoch) + ")");
  add_line(card, "tensors", "sha256 " + subject.facts.sha256);
  add_line(card, "data set", "fingerprint " + run.dataset_fingerprint);
  add_line(card, "split", "fingerprint " + run.split_fingerprint);
  for (const SplitCount& count : split_counts(subject.registry, run.summary.number)) {
    add_line(card, count.split,
             count_text(count.samples) + " images" +
                 (count.groups == 0 ? "" : " of " + count_text(count.groups) + " " + groups_are(run, count.split)));
  }
  const Experiment& experiment = subject.model.experiment;
  add_line(card, "backbone", experiment.backbone.plugin + " " + to_text(experiment.backbone.options));
  add_line(card, "head", experiment.head.plugin + " " + to_text(experiment.head.options));
  add_line(card, "its first weights", parameter_of(run, "resolved.weights_source"));
  add_line(card, "their licence", parameter_of(run, "resolved.weights_licence"));
  add_line(card, "their file",
           parameter_of(run, "resolved.weights_sha256").empty()
               ? "none: random weights"
               : "sha256 " + parameter_of(run, "resolved.weights_sha256"));
  add_line(card, "seed", parameter_of(run, "seed"));
  add_line(card, "code",
           run.environment.git_commit.empty()
               ? ""
               : "git " + run.environment.git_commit + (run.environment.git_dirty ? " with uncommitted changes" : ""));
  add_line(card, "device", run.environment.device);
  for (const auto& [library, version] : run.environment.libraries) {
    if (library == "torch" || library == "opencv") add_line(card, library, version);
  }
  card << "\n`experiment.toml` is the whole configuration. The weights' names in `backbone.safetensors` are "
       << (subject.facts.names.project.empty() ? std::string("Assay's own")
                                               : subject.facts.names.project + "'s of " + subject.facts.names.network)
       << ".\n\n";
}

void add_limits(std::ostringstream& card, const CardSubject& subject) {
  const RunDetails& run = subject.run.details;
  card << "## What it is for, and what not\n\n"
          "- For research on pictures like those it was trained on: same kind of preparation, stain, microscope and "
          "magnification, prepared as `model.json` says.\n"
          "- It is no medical device. No decision about a patient may rest on it.\n"
          "- It answers for any picture, also for one that shows nothing of the kind; it can't say \"I don't know\".\n";
  if (parameter_of(run, "dataset.path") == "demo") {
    card << "- **It was trained on synthetic pictures** and is of no use for real ones.\n";
  }
  if (run.evaluations.empty()) {
    card << "- **It was never judged on another laboratory's images.** Test figures say nothing about those: stain, "
            "camera and background can tell classes apart in one data set and mislead in the next.\n";
  }
  for (const std::string& split : judged_splits(run)) {
    const Interval* interval = interval_of(run, split, "auroc");
    if (interval != nullptr && interval->groups < kFewGroups) {
      card << "- The figures of `" << split << "` rest on " << interval->groups << ' ' << groups_are(run, split)
           << " only; their intervals are too narrow still.\n";
    }
  }
  if (subject.run.choice == CheckpointChoice::last) {
    card << "- These are the last epoch's weights; the test figures and the threshold are the best epoch's.\n";
  }
  card << "\nTo be completed by whoever passes it on: where the images come from, who labelled them and how, under "
          "which "
          "licence and consent, and whom to ask.\n";
}

}  // namespace

std::string model_card(const CardSubject& subject) {
  std::ostringstream card;
  add_answers(card, subject);
  add_usage(card, subject);
  add_figures(card, subject);
  add_origin(card, subject);
  add_limits(card, subject);
  return card.str();
}

}  // namespace assay
