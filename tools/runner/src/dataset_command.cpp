// dataset: what an experiment's images are, by class, split and group, before anything is trained on them.
#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>
#include <iostream>
#include <set>

#include "commands.h"
#include "framework_library.h"

namespace assay {
namespace {

constexpr std::array kSplits = {Split::train, Split::validation, Split::test};

struct DatasetCommandOptions {
  ExperimentArguments experiment;
  bool json = false;
};

struct Count {
  std::int64_t images = 0;
  std::set<std::int64_t> groups;
};

/// counts[class][split]
using Counts = std::vector<std::array<Count, kSplits.size()>>;

Counts count(const Dataset& dataset) {
  Counts counts(dataset.classes.size());
  for (const Sample& sample : dataset.samples) {
    Count& cell = counts[static_cast<std::size_t>(sample.label)][static_cast<std::size_t>(sample.split)];
    ++cell.images;
    cell.groups.insert(sample.group);
  }
  return counts;
}

void print_json(const Dataset& dataset) {
  const Counts counts = count(dataset);
  nlohmann::ordered_json json = {
      {"images", dataset.samples.size()},   {"classes", dataset.classes},
      {"groups", dataset.groups.size()},    {"identical_images", dataset.identical_images},
      {"skipped", dataset.skipped},         {"warnings", dataset.warnings},
      {"fingerprint", dataset.fingerprint}, {"split_fingerprint", dataset.split_fingerprint}};
  for (std::size_t label = 0; label < counts.size(); ++label) {
    for (const Split split : kSplits) {
      const Count& cell = counts[label][static_cast<std::size_t>(split)];
      json["counts"][dataset.classes[label]][split_name(split)] = {{"images", cell.images},
                                                                   {"groups", cell.groups.size()}};
    }
  }
  std::cout << json.dump(2) << "\n";
}

void print_table(const Dataset& dataset) {
  const Counts counts = count(dataset);
  std::printf("%-16s", "class");
  for (const Split split : kSplits) std::printf("%24s", split_name(split));
  std::printf("\n");
  for (std::size_t label = 0; label < counts.size(); ++label) {
    const bool positive = static_cast<std::int64_t>(label) == dataset.positive;
    std::printf("%-16s", (dataset.classes[label] + (positive ? " (+)" : "")).c_str());
    for (const Count& cell : counts[label]) {
      const std::string text = std::to_string(cell.images) + " in " + std::to_string(cell.groups.size()) + " groups";
      std::printf("%24s", text.c_str());
    }
    std::printf("\n");
  }
  std::printf("\n%zu images in %zu groups; %lld have a byte-identical copy; %zu left out\n", dataset.samples.size(),
              dataset.groups.size(), static_cast<long long>(dataset.identical_images), dataset.skipped.size());
  std::printf("data set %.16s, split %.16s\n", dataset.fingerprint.c_str(), dataset.split_fingerprint.c_str());
}

void describe_dataset(const DatasetCommandOptions& options) {
  const Experiment experiment = read_experiment(options.experiment.file, options.experiment.settings);
  const Dataset dataset = data_library().open_dataset(experiment.dataset);
  for (const std::string& warning : dataset.warnings) std::cerr << "warning: " << warning << "\n";
  for (const std::string& skipped : dataset.skipped) std::cerr << "left out: " << skipped << "\n";
  options.json ? print_json(dataset) : print_table(dataset);
}

}  // namespace

void add_dataset(CLI::App& app, Invocation&) {
  auto options = std::make_shared<DatasetCommandOptions>();
  CLI::App* command = app.add_subcommand("dataset", "count an experiment's images by class, split and group");
  add_experiment_arguments(*command, options->experiment);
  command->add_flag("--json", options->json, "print JSON");
  command->callback([options] { describe_dataset(*options); });
}

}  // namespace assay
