// show: everything about one run.
#include <algorithm>
#include <iostream>

#include "assay/console.h"
#include "assay/registry/metrics.h"
#include "assay/registry/queries.h"
#include "commands.h"
#include "run_json.h"
#include "run_text.h"
#include "text_table.h"

namespace assay {
namespace {

constexpr std::size_t kEventsShown = 10;

struct ShowOptions {
  std::string run;
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
            (count.groups == 0 ? "" : " of " + groups_text(count.groups, run));
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
  line("threshold", run.threshold ? figure_text(*run.threshold) + ", by " + run.threshold_rule + " on validation" : "");
  line("weights", run.weights_sha256.empty() ? "" : "sha256 " + run.weights_sha256);
  table.print(std::cout, 2);
}

/// Names of metrics and of splits in the order of first occurrence.
std::vector<std::string> distinct(const std::vector<MetricPoint>& points, std::string MetricPoint::*field) {
  std::vector<std::string> names;
  for (const MetricPoint& point : points) {
    if (std::find(names.begin(), names.end(), point.*field) == names.end()) {
      names.push_back(point.*field);
    }
  }
  return names;
}

std::string interval_heading(const RunDetails& run, const std::string& split) {
  for (const IntervalRecord& record : run.intervals) {
    if (record.split == split) {
      return split + " (95 % interval; " + groups_text(record.interval.groups, run) + ", " +
             std::to_string(record.interval.samples) + " images)";
    }
  }
  return split;
}

void print_metrics(const RunDetails& run, CheckpointChoice which) {
  const std::vector<MetricPoint>& points = which == CheckpointChoice::best ? run.selected : run.latest;
  if (points.empty()) {
    std::cout << "\nno metrics were recorded\n";
    return;
  }
  const std::vector<std::string> splits = distinct(points, &MetricPoint::split);
  std::cout << "\nmetrics ";
  if (which == CheckpointChoice::best && run.summary.best) {
    std::cout << "of epoch " << run.summary.best->epoch << ", the best by " << run.summary.select << " (of "
              << run.summary.epochs.value_or(0) << " epochs)\n";
  } else {
    std::cout << "of the last epoch\n";
  }
  std::vector<Align> columns(splits.size() + 1, Align::left);
  std::vector<std::string> heading{""};
  for (const std::string& split : splits) {
    heading.push_back(interval_heading(run, split));
  }
  TextTable table(columns);
  table.add(heading);
  for (const std::string& name : distinct(points, &MetricPoint::name)) {
    std::vector<std::string> cells{name};
    for (const std::string& split : splits) {
      const MetricPoint* point = find_metric(points, split, name);
      const Interval* interval = find_interval(run, split, name);
      cells.push_back(interval ? figure_text(*interval) : point ? figure_text(point->value) : "");
    }
    table.add(cells);
  }
  table.print(std::cout, 2);
}

void print_confusion(const Registry& registry, const RunDetails& run) {
  const StoredPredictions stored = stored_predictions(registry, run.summary.number, "test");
  const Predictions& predictions = stored.predictions;
  if (predictions.size() == 0 || (predictions.columns == 1 && !run.threshold)) {
    return;
  }
  const ConfusionMatrix matrix = confusion_matrix(predictions, run.threshold.value_or(0.5));
  std::vector<std::string> names = run.classes;
  if (predictions.columns == 1) {
    names = {"other", run.positive};
    for (const std::string& name : run.classes) {
      names[0] = run.classes.size() == 2 && name != run.positive ? name : names[0];
    }
  }
  std::cout << "\ntest images by true class (rows) and predicted class (columns)\n";
  TextTable table(std::vector<Align>(names.size() + 1, Align::right));
  std::vector<std::string> heading = names;
  heading.insert(heading.begin(), "");
  table.add(heading);
  for (int truth = 0; truth < matrix.classes; ++truth) {
    std::vector<std::string> cells{names[static_cast<std::size_t>(truth)]};
    for (int predicted = 0; predicted < matrix.classes; ++predicted) {
      cells.push_back(std::to_string(static_cast<std::int64_t>(matrix.at(truth, predicted))));
    }
    table.add(cells);
  }
  table.print(std::cout, 2);
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

void show(const ShowOptions& options, const Invocation& invocation) {
  const Registry registry = Registry::open(registry_file(invocation), OpenMode::read);
  const RunReference reference = find_run(registry, options.run);
  const CheckpointChoice which = reference.checkpoint.value_or(CheckpointChoice::best);
  const RunDetails run = run_details(registry, reference.number);
  if (options.json) {
    print_json(to_json(run, which));
    return;
  }
  print_head(registry, run);
  print_metrics(run, which);
  print_confusion(registry, run);
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
      "chosen on validation; the interval is the 95 % one of a bootstrap over patients.");
  command->add_option("run", options->run, "the RUN: 3, a name, name@2, a uuid's beginning, latest, latest~1")
      ->required();
  command->add_flag("--json", options->json,
                    "one JSON object: name, number, uuid, state, parent, parameters, metrics.<split>.<metric>, "
                    "intervals, artifacts[], weights_sha256, ...");
  add_registry_option(*command, invocation);
  command->callback([options, &invocation] { show(*options, invocation); });
}

}  // namespace assay
