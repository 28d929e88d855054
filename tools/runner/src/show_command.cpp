// show: everything about one run.
#include <algorithm>
#include <iostream>

#include "assay/console.h"
#include "assay/error.h"
#include "assay/fields.h"
#include "assay/registry/queries.h"
#include "assay/registry/slices.h"
#include "commands.h"
#include "evaluation_remarks.h"
#include "run_json.h"
#include "run_tables.h"
#include "run_text.h"
#include "text_table.h"

namespace assay {
namespace {

constexpr std::size_t kEventsShown = 10;

struct ShowOptions {
  std::string run;
  std::string by;
  std::string split;
  bool json = false;
};

std::string code_text(const Environment& environment) {
  if (environment.git_commit.empty()) {
    return "not in a git repository";
  }
  return "git " + environment.git_commit.substr(0, 12) + (environment.git_dirty ? " with uncommitted changes" : "");
}

std::string classes_text(const RunDetails& run) {
  std::string text;
  for (const std::string& name : run.classes) {
    text += (text.empty() ? "" : ", ") + name + (name == run.positive ? " (positive)" : "");
  }
  return text;
}

std::string data_text(const Registry& registry, const RunDetails& run) {
  std::string text;
  for (const SplitCount& count : split_counts(registry, run.summary.number)) {
    text += (text.empty() ? "" : "; ") + count.split + " " + std::to_string(count.samples) + " images" +
            (count.groups == 0 || groups_noun(run, count.split) == "images"
                 ? ""
                 : " of " + groups_text(count.groups, run, count.split));
  }
  return text;
}

void print_head(const Registry& registry, const RunDetails& run) {
  const RunSummary& summary = run.summary;
  std::cout << label_of(summary) << ": " << to_text(summary.state) << "\n";
  TextTable table({Align::left, Align::left});
  const auto line = [&](const std::string& key, const std::string& value) {
    if (!value.empty()) {
      table.add({key, value});
    }
  };
  line("uuid", summary.uuid);
  if (summary.parent) {
    line("continues", "run " + std::to_string(summary.parent->run) + " (" + run.parent_name + "), its " +
                          std::string(to_text(summary.parent->checkpoint)) + " checkpoint");
  }
  line("started", time_text(summary.created_ms));
  line("duration", duration_text(std::chrono::milliseconds(summary.duration_ms)));
  line("folder", run.folder.string());
  line("host", run.environment.host);
  line("device", run.environment.device);
  line("code", code_text(run.environment));
  line("command", run.environment.command);
  line("data", data_text(registry, run));
  line("fingerprints",
       "data set " + run.dataset_fingerprint.substr(0, 12) + ", split " + run.split_fingerprint.substr(0, 12));
  line("classes", classes_text(run));
  line("threshold", run.threshold ? threshold_text(run) : "");
  line("weights", run.weights_sha256.empty() ? "" : "sha256 " + run.weights_sha256);
  table.print(std::cout, 2);
}

void print_metrics(const RunDetails& run, CheckpointChoice which) {
  const std::vector<MetricPoint>& points = which == CheckpointChoice::best ? run.selected : run.latest;
  if (points.empty()) {
    std::cout << "\nno metrics were recorded\n";
    return;
  }
  std::cout << "\nmetrics ";
  if (which == CheckpointChoice::best && run.summary.best) {
    std::cout << "of epoch " << run.summary.best->epoch << ", the best by " << run.summary.select << " (of "
              << run.summary.epochs.value_or(0) << " epochs)\n";
  } else {
    std::cout << "of the last epoch\n";
  }
  print_figures(run, points, splits_of(points));
}

void print_evaluations(const Registry& registry, const RunDetails& run) {
  for (const EvaluationRecord& evaluation : run.evaluations) {
    print_confusion(registry, run, evaluation.split);
    std::cout << "  " << evaluation_text(evaluation) << "\n";
    for (const std::string& remark : evaluation_remarks(registry, run, evaluation)) {
      std::cout << "  remark: " << remark << "\n";
    }
  }
}

void print_lists(const RunDetails& run) {
  TextTable parameters({Align::left, Align::left});
  for (const auto& [key, value] : run.parameters) {
    parameters.add({key, parameter_text(value)});
  }
  TextTable plugins({Align::left, Align::left, Align::left, Align::left});
  for (const PluginRecord& plugin : run.plugins) {
    plugins.add({plugin.kind, plugin.name, plugin.version, "sha256 " + plugin.file_sha256.substr(0, 12)});
  }
  TextTable libraries({Align::left, Align::left});
  for (const auto& [name, version] : run.environment.libraries) {
    libraries.add({name, version});
  }
  TextTable artifacts({Align::left, Align::left, Align::right, Align::left});
  for (const ArtifactRecord& artifact : run.artifacts) {
    artifacts.add({artifact.path, artifact.kind, bytes_text(static_cast<double>(artifact.bytes)),
                   "sha256 " + artifact.sha256.substr(0, 12)});
  }
  TextTable events({Align::left, Align::left, Align::left});
  const std::size_t first = run.events.size() > kEventsShown ? run.events.size() - kEventsShown : 0;
  for (std::size_t i = first; i < run.events.size(); ++i) {
    events.add({time_text(run.events[i].time_ms), run.events[i].kind, run.events[i].text});
  }
  const auto print = [](const std::string& title, const TextTable& table) {
    if (!table.empty()) {
      std::cout << "\n" << title << "\n";
      table.print(std::cout, 2);
    }
  };
  print("parameters", parameters);
  print("plugins", plugins);
  print("libraries and machine", libraries);
  print("files in the run's folder", artifacts);
  print(first == 0 ? "events" : "the last 10 of " + std::to_string(run.events.size()) + " events (all: --json)",
        events);
}

/// test and the external ones, or the one that was asked for.
std::vector<std::string> splits_to_slice(const RunDetails& run, const std::string& asked) {
  std::vector<std::string> splits{"test"};
  for (const EvaluationRecord& evaluation : run.evaluations) {
    splits.push_back(evaluation.split);
  }
  if (asked.empty()) {
    return splits;
  }
  splits.emplace_back("validation");
  if (std::find(splits.begin(), splits.end(), asked) == splits.end()) {
    throw InvalidInput("--split " + asked + ": " + label_of(run.summary) + " has no predictions of such a split" +
                       did_you_mean(asked, splits));
  }
  return {asked};
}

BootstrapOptions bootstrap_of(const RunDetails& run) {
  BootstrapOptions options;
  for (const auto& [key, value] : run.parameters) {
    const auto* number = std::get_if<std::int64_t>(&value);
    if (number && key == "evaluation.bootstrap") {
      options.replicates = static_cast<int>(*number);
    } else if (number && key == "seed") {
      options.seed = static_cast<std::uint64_t>(*number);
    }
  }
  return options;
}

struct SlicedSplit {
  std::string split;
  std::vector<Slice> slices;
};

/// Splits that don't have the column are left out where another has it.
std::vector<SlicedSplit> sliced(const Registry& registry, const RunDetails& run, const ShowOptions& options) {
  std::vector<SlicedSplit> result;
  std::optional<InvalidInput> refusal;
  for (const std::string& split : splits_to_slice(run, options.split)) {
    const StoredPredictions stored = stored_predictions(registry, run.summary.number, split);
    if (stored.records.empty()) {
      continue;
    }
    try {
      result.push_back({split, slices_by(stored, options.by, run.threshold.value_or(0.5), bootstrap_of(run))});
    } catch (const InvalidInput& error) {
      refusal = error;
    }
  }
  if (result.empty() && refusal) {
    throw InvalidInput("--by " + options.by + ": " + refusal->problems().front().what);
  }
  if (result.empty()) {
    throw InvalidInput(label_of(run.summary) + " has no predictions yet");
  }
  return result;
}

void show_slices(const Registry& registry, const RunDetails& run, const ShowOptions& options) {
  Json slices = Json::array();
  for (const SlicedSplit& of_split : sliced(registry, run, options)) {
    if (!options.json) {
      print_slices(run, of_split.split, options.by, of_split.slices);
    }
    for (const Slice& slice : of_split.slices) {
      slices.push_back(slice_json(run, of_split.split, slice));
    }
  }
  if (options.json) {
    print_json({{"run", run.summary.number}, {"name", run.summary.name}, {"by", options.by}, {"slices", slices}});
  }
}

void show(const ShowOptions& options, const Invocation& invocation) {
  const Registry registry = Registry::open(registry_file(invocation), OpenMode::read);
  const RunReference reference = find_run(registry, options.run);
  const CheckpointChoice which = reference.checkpoint.value_or(CheckpointChoice::best);
  const RunDetails run = run_details(registry, reference.number);
  if (!options.by.empty()) {
    show_slices(registry, run, options);
    return;
  }
  if (options.json) {
    print_json(to_json(run, which));
    return;
  }
  print_head(registry, run);
  print_metrics(run, which);
  print_confusion(registry, run, "test");
  print_evaluations(registry, run);
  print_lists(run);
}

}  // namespace

void add_show(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<ShowOptions>();
  CLI::App* command = app.add_subcommand("show", "everything about one run");
  command->footer(
      "Shows where and with what the run was made, its metrics, confusion matrix, parameters, plugins, files and "
      "events.\n"
      "Metrics are those of the best epoch, or of the last with RUN:last. Figures with an interval are at the "
      "threshold\n"
      "chosen on validation, or set in the experiment; the interval is the 95 % one of a bootstrap over patients.");
  command->add_option("run", options->run, "the RUN: 3, a name, name@2, a uuid's beginning, latest, latest~1")
      ->required();
  auto* by = command->add_option("--by", options->by,
                                 "figures for each value of a column of the images' manifest, of 'source' or of "
                                 "'group': of the test split and external ones");
  command->add_option("--split", options->split, "with --by: this split only (test, validation, external.NAME)")
      ->needs(by);
  command->add_flag("--json", options->json,
                    "one JSON object: name, number, uuid, state, parent, parameters, metrics.<split>.<metric>, "
                    "intervals, evaluations[], artifacts[], weights_sha256, ...");
  add_registry_option(*command, invocation);
  command->callback([options, &invocation] { show(*options, invocation); });
}

}  // namespace assay
