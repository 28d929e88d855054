// check: says what is wrong with an experiment file, or what it means, without opening a model or an image.
#include <iostream>

#include "assay/experiment.h"
#include "assay/toml_file.h"
#include "commands.h"

namespace assay {
namespace {

struct CheckOptions {
  ExperimentArguments experiment;
  bool resolved = false;
};

std::string images_of(const DatasetOptions& dataset) {
  return dataset.path ? *dataset.path : std::to_string(dataset.source.size()) + " sources";
}

/// "crop, rotate (0.5), one of blur and noise (0.3)": in order, with probabilities below 1.
std::string augmentations_of(const Experiment& experiment) {
  std::string text;
  for (const AugmentationEntry& entry : experiment.augmentations) {
    std::string what = entry.id;
    for (std::size_t i = 0; i < entry.one_of.size(); ++i) {
      const char* before = i == 0 ? "one of " : i + 1 < entry.one_of.size() ? ", " : " and ";
      what = (i == 0 ? "" : what) + before + entry.one_of[i].id;
    }
    if (entry.probability < 1) what += " (" + to_text(Scalar(entry.probability)) + ")";
    text += (text.empty() ? "" : ", ") + what;
  }
  return text.empty() ? "no augmentation" : "augmentation " + text;
}

void check(const CheckOptions& options) {
  const Experiment experiment = read_experiment(options.experiment.file, options.experiment.settings);
  if (options.resolved) {
    std::cout << write_toml(experiment.resolved);
    return;
  }
  std::cout << options.experiment.file.string() << ": fine: " << experiment.backbone.plugin << " with "
            << experiment.head.plugin << ", " << augmentations_of(experiment) << ", sampler "
            << experiment.sampler.plugin << ", " << experiment.training.epochs << " epochs on "
            << images_of(experiment.dataset) << "\n";
}

}  // namespace

void add_check(CLI::App& app, Invocation&) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command = app.add_subcommand("check", "find every mistake in an experiment file; trains nothing");
  add_experiment_arguments(*command, options->experiment);
  command->add_flag("--resolved", options->resolved, "print the whole configuration, with every default, as TOML");
  command->callback([options] { check(*options); });
}

}  // namespace assay
