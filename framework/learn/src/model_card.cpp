#include "model_card.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>
#include <variant>

#include "assay/printable.h"
#include "assay/registry/queries.h"
#include "number_text.h"
#include "python_program.h"

namespace assay {
namespace {

std::string parameter_of(const RunDetails& run, const std::string& key) {
  for (const auto& [name, value] : run.parameters) {
    if (name != key) continue;
    const auto* text = std::get_if<std::string>(&value);
    return text != nullptr ? *text : to_text(value);
  }
  return {};
}

/// A split that the weights were judged on.
struct JudgedSplit {
  std::string name;         ///< "test", "external.cnmc"
  std::string groups_are;   ///< "patients", "blocks" or "images"
  std::int64_t images = 0;  ///< in it
  std::int64_t groups = 0;  ///< in it; 0: not known
};

/// What the registry knows of the weights' figures and of the images behind them.
struct Judgements {
  std::string groups_are = "patients";    ///< the groups of the run's own images
  bool test_is_of_training_data = false;  ///< test images come from a place that training images come from, too
  std::int64_t test_epoch = 0;            ///< whose weights saw the test split
  std::vector<JudgedSplit> splits;        ///< test first, then what the exported weights were judged on
  std::vector<std::string> of_others;     ///< external splits that another epoch's weights were judged on
};

bool share_a_source(const std::vector<SampleRecord>& samples, const std::string& split, const std::string& other) {
  std::set<std::string> sources;
  for (const SampleRecord& sample : samples) {
    if (sample.split == split) sources.insert(sample.source);
  }
  return std::any_of(samples.begin(), samples.end(), [&](const SampleRecord& sample) {
    return sample.split == other && sources.contains(sample.source);
  });
}

std::int64_t groups_in(const RunDetails& run, const std::string& split) {
  for (const IntervalRecord& record : run.intervals) {
    if (record.split == split) return record.interval.groups;
  }
  return 0;
}

Judgements judgements_of(const CardSubject& subject) {
  const RunDetails& run = subject.run.details;
  const std::vector<SampleRecord> samples = run_samples(subject.registry, run.summary.number);
  Judgements judgements;
  judgements.groups_are = groups_noun(run, "test");
  judgements.test_is_of_training_data = share_a_source(samples, "train", "test");
  const TrainingState& state = subject.run.checkpoint.state;
  judgements.test_epoch = state.best ? state.best->epoch : state.epoch;
  for (const SplitCount& count : split_counts(subject.registry, run.summary.number)) {
    if (count.split != "test") continue;
    judgements.splits.push_back({count.split, judgements.groups_are, count.samples, count.groups});
  }
  for (const EvaluationRecord& evaluation : run.evaluations) {
    if (evaluation.epoch != subject.facts.epoch) {
      judgements.of_others.push_back(evaluation.split + " (epoch " + std::to_string(evaluation.epoch) + ")");
    } else {
      judgements.splits.push_back(
          {evaluation.split, evaluation.groups_are, evaluation.samples, groups_in(run, evaluation.split)});
    }
  }
  return judgements;
}

/// "1 patient", "12 patients".
std::string counted(std::int64_t count, std::string noun) {
  if (count == 1) noun.pop_back();
  return count_text(count) + ' ' + noun;
}

bool has_fixed_threshold(const TrainedModel& model) {
  return std::holds_alternative<double>(model.experiment.evaluation.threshold);
}

void add_answers(std::ostringstream& card, const CardSubject& subject) {
  const TrainedModel& model = subject.model;
  card << "# " << subject.facts.run_name << "\n\nSorts pictures into: " << listed(model.classes) << ".\n\n";
  if (subject.facts.outputs == 1) {
    card << "Its one output is the probability of **" << model.positive << "**; from "
         << decimal_text(model.threshold, 4) << " on the answer is " << model.positive << ". That threshold was "
         << (has_fixed_threshold(model) ? std::string("set in the experiment")
                                        : "chosen on validation images (" + subject.facts.threshold_rule + ")")
         << "; for another purpose another one may be right.\n\n";
  } else {
    card << "It gives a probability for each class; the answer is the highest.\n\n";
  }
}

void add_python(std::ostringstream& card, const CardSubject& subject) {
  if (!has_python_program(subject.model, subject.facts)) {
    card << "There is no program for Python: timm doesn't know the model, and it can't be written as TorchScript.\n\n";
    return;
  }
  card << "In Python (`pip install " << python_requirements(subject.model, subject.facts)
       << "`), saved in this folder as `predict.py` and called with images:\n\n```python\n"
       << python_program(subject.model, subject.facts) << "```\n\n"
       << "It gives the same probabilities: to 0.00001 for pictures of the size that the network takes, to 0.0001 for "
          "those that are resized. What else prepares pictures for this model must not round them to 8 bits when it "
          "resizes them: answers for some pictures depend on that visibly.\n\n";
}

void add_torchscript(std::ostringstream& card, const CardSubject& subject) {
  if (!subject.facts.has("model.pt")) return;
  const std::int64_t size = subject.model.input.size;
  card << "In C++ or Python with PyTorch alone: `model.pt` is TorchScript, from images [N, 3, " << size << ", " << size
       << "], float32, prepared as `model.json` says under `preprocessing`, to probabilities [N, "
       << subject.facts.outputs << "].\n\n"
       << "```cpp\ntorch::jit::Module model = torch::jit::load(\"model.pt\");\n"
          "at::Tensor probabilities = model.forward({images}).toTensor();\n```\n\n";
}

void add_usage(std::ostringstream& card, const CardSubject& subject) {
  card << "## Use\n\nWith Assay, without the data or the registry of the run:\n\n    runner predict . IMAGE...\n\n";
  if (!subject.model.experiment.plugins.path.empty()) {
    card << "The run found plugins in folders of its own: Assay looks for them in those that the environment's "
            "`ASSAY_PLUGIN_PATH` names.\n\n";
  }
  add_python(card, subject);
  add_torchscript(card, subject);
}

std::string text_of(const Interval& interval) {
  std::string text = decimal_text(interval.value, 3);
  if (!std::isnan(interval.low)) {
    text += " (" + decimal_text(interval.low, 3) + " to " + decimal_text(interval.high, 3) + ")";
  }
  return text;
}

/// With its interval, where there is one; empty for what wasn't measured.
std::string figure(const RunDetails& run, const std::string& split, const std::string& metric) {
  for (const IntervalRecord& record : run.intervals) {
    if (record.split == split && record.name == metric) return text_of(record.interval);
  }
  for (const MetricPoint& point : run.latest) {
    if (point.split == split && point.name == metric) return decimal_text(point.value, 3);
  }
  return {};
}

void add_figures_intro(std::ostringstream& card, const CardSubject& subject, const Judgements& judgements) {
  card << "## How good it is\n\n";
  if (subject.model.experiment.evaluation.bootstrap > 0) {
    card << "With 95 % intervals of a bootstrap over what the heading names beside the images.\n";
  }
  card << "`test` are images "
       << (judgements.test_is_of_training_data ? "of the same origin as the training images" : "of the run's data set")
       << ", looked at once; `external` are data sets of others.\n\n";
}

void add_figures_heading(std::ostringstream& card, const CardSubject& subject, const Judgements& judgements) {
  card << "| |";
  for (const JudgedSplit& split : judgements.splits) {
    card << ' ' << split.name;
    if (split.name == "test" && judgements.test_epoch != subject.facts.epoch) {
      card << " (weights of epoch " << judgements.test_epoch << ')';
    }
    card << ": " << counted(split.images, "images");
    if (split.groups > 0 && split.groups_are != "images") card << ", " << counted(split.groups, split.groups_are);
    card << " |";
  }
  card << "\n|---|";
  for (std::size_t i = 0; i < judgements.splits.size(); ++i) card << "---|";
  card << '\n';
}

void add_figures(std::ostringstream& card, const CardSubject& subject, const Judgements& judgements) {
  const RunDetails& run = subject.run.details;
  add_figures_intro(card, subject, judgements);
  add_figures_heading(card, subject, judgements);
  for (const char* metric :
       {"auroc", "balanced_accuracy", "sensitivity", "specificity", "weighted_f1", "accuracy", "log_loss"}) {
    if (figure(run, "test", metric).empty()) continue;
    card << "| " << metric << " |";
    for (const JudgedSplit& split : judgements.splits) {
      const std::string text = figure(run, split.name, metric);
      card << ' ' << (text.empty() ? "-" : text) << " |";
    }
    card << '\n';
  }
  card << '\n';
}

void add_line(std::ostringstream& card, const std::string& what, const std::string& value) {
  if (!value.empty()) card << "| " << what << " | " << value << " |\n";
}

void add_origin(std::ostringstream& card, const CardSubject& subject, const Judgements& judgements) {
  const RunDetails& run = subject.run.details;
  card << "## What it was made from\n\n| | |\n|---|---|\n";
  add_line(card, "run",
           run.summary.uuid + " (" + subject.facts.run_name + ", " + subject.facts.checkpoint + " checkpoint, epoch " +
               std::to_string(subject.facts.epoch) + ")");
  add_line(card, "tensors", "sha256 " + subject.facts.sha256);
  add_line(card, "data set", "fingerprint " + run.dataset_fingerprint);
  add_line(card, "split", "fingerprint " + run.split_fingerprint);
  for (const SplitCount& count : split_counts(subject.registry, run.summary.number)) {
    const bool grouped = count.groups > 0 && judgements.groups_are != "images";
    add_line(card, count.split,
             counted(count.samples, "images") +
                 (grouped ? " of " + counted(count.groups, judgements.groups_are) : std::string()));
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
  card << "\n`experiment.toml` is the whole configuration; of paths on the machine where it was made, only the last "
          "part "
          "was kept. The weights' names in `backbone.safetensors` are "
       << (subject.facts.names.project.empty() ? std::string("Assay's own")
                                               : subject.facts.names.project + "'s of " + subject.facts.names.network)
       << ".\n\n";
}

void add_limits_of_origin(std::ostringstream& card, const CardSubject& subject, const Judgements& judgements) {
  if (parameter_of(subject.run.details, "dataset.path") == "demo") {
    card << "- **It was trained on synthetic pictures** and is of no use for real ones.\n";
  }
  const bool judged_elsewhere = std::any_of(judgements.splits.begin(), judgements.splits.end(),
                                            [](const JudgedSplit& split) { return split.name != "test"; });
  if (judged_elsewhere) return;
  card << "- **It was never judged on another laboratory's images.** ";
  if (judgements.test_is_of_training_data) {
    card << "Test figures say nothing about those: stain, camera and background can tell classes apart in one data set "
            "and mislead in the next.\n";
  } else {
    card << "Only the data set of its own run says how it does, and stain, camera and background may be others "
            "elsewhere.\n";
  }
}

void add_limits_of_figures(std::ostringstream& card, const CardSubject& subject, const Judgements& judgements) {
  for (const JudgedSplit& split : judgements.splits) {
    if (split.groups_are == "images") {
      card << "- Of `" << split.name
           << "` each image counts as a patient of its own, since nothing says which belong together: its intervals "
              "are too narrow where a patient has several.\n";
    } else if (split.groups > 0 && split.groups < few_groups) {
      card << "- The figures of `" << split.name << "` rest on " << counted(split.groups, split.groups_are)
           << " only; their intervals are too narrow still.\n";
    }
  }
  if (judgements.groups_are == "images") {
    card << "- Images of one patient can be in training and test at once: the test figures may say how well patients "
            "are recognised.\n";
  }
  if (judgements.test_epoch != subject.facts.epoch) {
    card << "- These are the last epoch's weights; the test figures"
         << (has_fixed_threshold(subject.model) ? "" : " and the threshold") << " are the best epoch's.\n";
  }
  if (!judgements.of_others.empty()) {
    card << "- Left out above, since other weights of the run were judged there: " << listed(judgements.of_others)
         << ".\n";
  }
}

void add_limits(std::ostringstream& card, const CardSubject& subject, const Judgements& judgements) {
  card << "## What it is for, and what not\n\n"
          "- For research on pictures like those it was trained on: same kind of preparation, stain, microscope and "
          "magnification, prepared as `model.json` says.\n"
          "- It is no medical device. No decision about a patient may rest on it.\n"
          "- It answers for any picture, also for one that shows nothing of the kind; it can't say \"I don't know\".\n";
  add_limits_of_origin(card, subject, judgements);
  add_limits_of_figures(card, subject, judgements);
  card << "\nTo be completed by whoever passes it on: where the images come from, who labelled them and how, under "
          "which licence and consent, and whom to ask.\n";
}

}  // namespace

std::string model_card(const CardSubject& subject) {
  const Judgements judgements = judgements_of(subject);
  std::ostringstream card;
  add_answers(card, subject);
  add_usage(card, subject);
  add_figures(card, subject, judgements);
  add_origin(card, subject, judgements);
  add_limits(card, subject, judgements);
  return card.str();
}

}  // namespace assay
