// compare: what differs between runs, and their figures side by side.
#include <algorithm>
#include <iostream>

#include "assay/console.h"
#include "assay/error.h"
#include "assay/registry/queries.h"
#include "commands.h"
#include "run_json.h"
#include "run_text.h"
#include "text_table.h"

namespace assay {
namespace {

struct CompareOptions {
  std::vector<std::string> runs;
  bool json = false;
};

struct Compared {
  std::vector<RunDetails> runs;
  std::vector<CheckpointChoice> checkpoints;

  const std::vector<MetricPoint>& points(std::size_t i) const {
    return checkpoints[i] == CheckpointChoice::best ? runs[i].selected : runs[i].latest;
  }
};

Compared read_runs(const Registry& registry, const std::vector<std::string>& names) {
  Compared compared;
  for (const std::string& name : names) {
    const RunReference reference = find_run(registry, name);
    compared.runs.push_back(run_details(registry, reference.number));
    compared.checkpoints.push_back(reference.checkpoint.value_or(CheckpointChoice::best));
  }
  return compared;
}

/// An evaluation of one name may have been of other images in each run.
void warn_of_other_evaluations(const RunDetails& first, const RunDetails& run, std::vector<std::string>& warnings) {
  for (const EvaluationRecord& one : first.evaluations) {
    for (const EvaluationRecord& other : run.evaluations) {
      if (one.split == other.split && one.dataset_fingerprint != other.dataset_fingerprint) {
        warnings.push_back(label_of(first.summary) + " and " + label_of(run.summary) + " have figures of " + one.split +
                           " of different images: " + std::to_string(one.samples) + " of " + one.place + ", and " +
                           std::to_string(other.samples) + " of " + other.place);
      }
    }
  }
}

/// What keeps the figures from being compared.
std::vector<std::string> warnings_of(const Compared& compared) {
  std::vector<std::string> warnings;
  const RunDetails& first = compared.runs.front();
  for (const RunDetails& run : compared.runs) {
    const std::string both = label_of(first.summary) + " and " + label_of(run.summary);
    if (run.dataset_fingerprint != first.dataset_fingerprint) {
      warnings.push_back(both + " were made on different data: their figures are of different images");
    } else if (run.split_fingerprint != first.split_fingerprint) {
      warnings.push_back(both +
                         " were split differently: their validation and test figures are of different images, so "
                         "a difference may be the split's");
    }
    warn_of_other_evaluations(first, run, warnings);
  }
  return warnings;
}

/// (split, metric) of all runs, in the order of first occurrence.
std::vector<std::pair<std::string, std::string>> metrics_of(const Compared& compared) {
  std::vector<std::pair<std::string, std::string>> metrics;
  for (std::size_t i = 0; i < compared.runs.size(); ++i) {
    for (const MetricPoint& point : compared.points(i)) {
      const std::pair<std::string, std::string> metric(point.split, point.name);
      if (std::find(metrics.begin(), metrics.end(), metric) == metrics.end()) {
        metrics.push_back(metric);
      }
    }
  }
  return metrics;
}

TextTable table_of(const Compared& compared) {
  return TextTable(std::vector<Align>(compared.runs.size() + 1, Align::left));
}

void print_heads(const Compared& compared) {
  TextTable table = table_of(compared);
  const auto row = [&](const std::string& title, auto text_of) {
    std::vector<std::string> cells{title};
    std::transform(compared.runs.begin(), compared.runs.end(), std::back_inserter(cells), text_of);
    table.add(cells);
  };
  row("run", [](const RunDetails& run) { return std::to_string(run.summary.number); });
  row("name", [](const RunDetails& run) { return run.summary.name; });
  row("state", [](const RunDetails& run) { return std::string(to_text(run.summary.state)); });
  row("best epoch", [](const RunDetails& run) {
    return run.summary.best
               ? std::to_string(run.summary.best->epoch) + " of " + std::to_string(run.summary.epochs.value_or(0))
               : "-";
  });
  row("duration",
      [](const RunDetails& run) { return duration_text(std::chrono::milliseconds(run.summary.duration_ms)); });
  row("code", [](const RunDetails& run) {
    const Environment& environment = run.environment;
    return environment.git_commit.empty() ? "-"
                                          : environment.git_commit.substr(0, 12) + (environment.git_dirty ? "+" : "");
  });
  table.print(std::cout);
}

void print_parameters(const Compared& compared) {
  const std::vector<ParameterRow> rows = parameter_differences(compared.runs);
  if (rows.empty()) {
    std::cout << "\nall parameters are the same\n";
    return;
  }
  std::cout << "\nparameters that differ\n";
  TextTable table = table_of(compared);
  for (const ParameterRow& row : rows) {
    std::vector<std::string> cells{row.key};
    for (const auto& value : row.values) {
      cells.push_back(value ? parameter_text(*value) : "-");
    }
    table.add(cells);
  }
  table.print(std::cout, 2);
}

std::string cell_of(const Compared& compared, std::size_t run, const std::string& split, const std::string& metric) {
  if (const Interval* interval = find_interval(compared.runs[run], split, metric)) {
    return figure_text(*interval);
  }
  const MetricPoint* point = find_metric(compared.points(run), split, metric);
  return point ? figure_text(point->value) : "-";
}

std::string test_patients(const RunDetails& run, const std::string& split) {
  for (const IntervalRecord& record : run.intervals) {
    if (record.split == split) {
      return basis_text(record.interval.groups, record.interval.samples, run, split);
    }
  }
  return {};
}

void print_metrics(const Compared& compared) {
  std::string split;
  TextTable table = table_of(compared);
  const auto print = [&] {
    if (!table.empty()) {
      table.print(std::cout, 2);
    }
    table = table_of(compared);
  };
  for (const auto& [of_split, metric] : metrics_of(compared)) {
    if (of_split != split) {
      print();
      split = of_split;
      std::cout << "\n" << split << "\n";
      std::vector<std::string> patients{"95 % interval over"};
      for (const RunDetails& run : compared.runs) {
        patients.push_back(test_patients(run, split));
      }
      const bool any =
          std::any_of(patients.begin() + 1, patients.end(), [](const auto& text) { return !text.empty(); });
      if (any) {
        table.add(patients);
      }
    }
    std::vector<std::string> cells{metric};
    for (std::size_t i = 0; i < compared.runs.size(); ++i) {
      cells.push_back(cell_of(compared, i, split, metric));
    }
    table.add(cells);
  }
  print();
}

Json differences_json(const Compared& compared) {
  Json differences = Json::object();
  for (const ParameterRow& row : parameter_differences(compared.runs)) {
    Json values = Json::array();
    for (const auto& value : row.values) {
      values.push_back(value ? std::visit([](const auto& typed) { return Json(typed); }, *value) : Json(nullptr));
    }
    differences[row.key] = values;
  }
  return differences;
}

Json comparison_json(const Compared& compared, const std::vector<std::string>& warnings) {
  Json runs = Json::array();
  for (std::size_t i = 0; i < compared.runs.size(); ++i) {
    runs.push_back(to_json(compared.runs[i], compared.checkpoints[i]));
  }
  return {{"runs", runs}, {"differences", differences_json(compared)}, {"warnings", warnings}};
}

void compare(const CompareOptions& options, const Invocation& invocation) {
  const Registry registry = Registry::open(registry_file(invocation), OpenMode::read);
  const Compared compared = read_runs(registry, options.runs);
  const std::vector<std::string> warnings = warnings_of(compared);
  if (options.json) {
    print_json(comparison_json(compared, warnings));
    return;
  }
  print_heads(compared);
  print_parameters(compared);
  print_metrics(compared);
  std::cout.flush();
  for (const std::string& warning : warnings) {
    std::cerr << "warning: " << warning << "\n";
  }
}

}  // namespace

void add_compare(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<CompareOptions>();
  CLI::App* command = app.add_subcommand("compare", "two or more runs side by side");
  command->footer(
      "Shows the parameters that differ, and the metrics of each run's best epoch (RUN:last: of its last). Figures "
      "with an\n"
      "interval have the 95 % one of a bootstrap over patients; intervals that overlap don't prove two models equal.\n"
      "Warns when the runs were not made on the same images.");
  command->add_option("runs", options->runs, "two or more RUNs: 3, a name, name@2, latest, latest~1")
      ->required()
      ->expected(2, CLI::detail::expected_max_vector_size);
  command->add_flag("--json", options->json,
                    "one JSON object: runs[] as `show --json` has them, differences (parameter: values), warnings[]");
  add_registry_option(*command, invocation);
  command->callback([options, &invocation] { compare(*options, invocation); });
}

}  // namespace assay
