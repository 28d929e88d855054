// history: a run's metrics, epoch by epoch.
#include <algorithm>
#include <array>
#include <iostream>
#include <map>

#include "assay/error.h"
#include "assay/fields.h"
#include "assay/registry/external_evaluation.h"
#include "assay/registry/queries.h"
#include "commands.h"
#include "run_json.h"
#include "run_text.h"
#include "text_table.h"

namespace assay {
namespace {

/// What a terminal is wide enough for; --all and the formats for programs give every metric.
constexpr std::array kUsual{"loss", "auroc", "balanced_accuracy", "sensitivity", "specificity"};

struct HistoryOptions {
  std::string run;
  std::vector<std::string> metrics;
  bool all = false;
  bool csv = false;
  bool json = false;
};

/// Epoch by epoch; a column is "validation.auroc". Of several steps in an epoch, the last counts.
struct History {
  std::vector<std::string> columns;
  std::map<std::int64_t, std::map<std::string, double>> epochs;
};

History by_epoch(const std::vector<MetricPoint>& points) {
  History history;
  for (const MetricPoint& point : points) {
    // Evaluations on other data sets are no part of the training; `show` has them.
    if (point.split.starts_with(kExternalPrefix)) {
      continue;
    }
    const std::string column = point.split + "." + point.name;
    if (std::find(history.columns.begin(), history.columns.end(), column) == history.columns.end()) {
      history.columns.push_back(column);
    }
    history.epochs[point.epoch][column] = point.value;
  }
  return history;
}

bool names_column(const std::string& word, const std::string& column) {
  return word == column || column.ends_with("." + word) || column.starts_with(word + ".");
}

/// Words are metrics ("auroc"), splits ("validation") or both ("validation.auroc").
std::vector<std::string> chosen_columns(const History& history, const std::vector<std::string>& words) {
  std::vector<std::string> chosen;
  for (const std::string& word : words) {
    const bool known = std::any_of(history.columns.begin(), history.columns.end(),
                                   [&](const std::string& column) { return names_column(word, column); });
    if (!known) {
      throw InvalidInput("--metric " + word + ": the run has no such metric" + did_you_mean(word, history.columns));
    }
  }
  std::copy_if(history.columns.begin(), history.columns.end(), std::back_inserter(chosen), [&](const auto& column) {
    return std::any_of(words.begin(), words.end(), [&](const auto& word) { return names_column(word, column); });
  });
  return chosen;
}

std::vector<std::string> columns_to_show(const History& history, const HistoryOptions& options) {
  if (!options.metrics.empty()) {
    return chosen_columns(history, options.metrics);
  }
  if (options.all || options.csv || options.json) {
    return history.columns;
  }
  std::vector<std::string> usual;
  std::copy_if(history.columns.begin(), history.columns.end(), std::back_inserter(usual), [](const auto& column) {
    return std::any_of(kUsual.begin(), kUsual.end(),
                       [&](const std::string& name) { return column.ends_with("." + name); });
  });
  return usual.empty() ? history.columns : usual;
}

void print_table(const History& history, const std::vector<std::string>& columns, const RunDetails& run) {
  TextTable table(std::vector<Align>(columns.size() + 1, Align::right));
  std::vector<std::string> splits{""};
  std::vector<std::string> names{"epoch"};
  for (const std::string& column : columns) {
    splits.push_back(column.substr(0, column.find('.')));
    names.push_back(column.substr(column.find('.') + 1));
  }
  table.add(splits);
  table.add(names);
  for (const auto& [epoch, values] : history.epochs) {
    const bool best = run.summary.best && run.summary.best->epoch == epoch;
    std::vector<std::string> cells{(best ? "best " : "") + std::to_string(epoch)};
    for (const std::string& column : columns) {
      const auto value = values.find(column);
      cells.push_back(value == values.end() ? "" : figure_text(value->second));
    }
    table.add(cells);
  }
  table.print(std::cout);
  if (columns.size() < history.columns.size()) {
    std::cerr << history.columns.size() - columns.size() << " more metrics: --all\n";
  }
}

/// Every digit, so that a program reads what was recorded; empty where an epoch has no value.
std::string csv_number(double value) {
  const Json json = to_json(value);
  return json.is_string() ? json.get<std::string>() : json.dump();
}

void print_csv(const History& history, const std::vector<std::string>& columns) {
  std::cout << "epoch";
  for (const std::string& column : columns) {
    std::cout << ',' << column;
  }
  std::cout << '\n';
  for (const auto& [epoch, values] : history.epochs) {
    std::cout << epoch;
    for (const std::string& column : columns) {
      const auto value = values.find(column);
      std::cout << ',' << (value == values.end() ? "" : csv_number(value->second));
    }
    std::cout << '\n';
  }
}

void print_epochs_json(const History& history, const std::vector<std::string>& columns, const RunDetails& run) {
  Json epochs = Json::array();
  for (const auto& [epoch, values] : history.epochs) {
    Json metrics = Json::object();
    for (const std::string& column : columns) {
      const auto value = values.find(column);
      if (value != values.end()) {
        const std::size_t dot = column.find('.');
        metrics[column.substr(0, dot)][column.substr(dot + 1)] = to_json(value->second);
      }
    }
    epochs.push_back({{"epoch", epoch}, {"metrics", metrics}});
  }
  Json json = to_json(run.summary);
  json["history"] = epochs;
  print_json(json);
}

void history(const HistoryOptions& options, const Invocation& invocation) {
  const Registry registry = Registry::open(registry_file(invocation), OpenMode::read);
  const std::int64_t number = find_run(registry, options.run).number;
  const RunDetails run = run_details(registry, number);
  const History history = by_epoch(metric_history(registry, number));
  const std::vector<std::string> columns = columns_to_show(history, options);
  if (options.json) {
    print_epochs_json(history, columns, run);
  } else if (options.csv) {
    print_csv(history, columns);
  } else if (history.epochs.empty()) {
    std::cerr << label_of(run.summary) << " has no metrics yet\n";
  } else {
    print_table(history, columns, run);
  }
}

}  // namespace

void add_history(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<HistoryOptions>();
  CLI::App* command = app.add_subcommand("history", "a run's metrics, epoch by epoch");
  command->footer("Where an epoch has several values of a metric, its last one is shown.");
  command->add_option("run", options->run, "the RUN: 3, a name, name@2, a uuid's beginning, latest, latest~1")
      ->required();
  command
      ->add_option("-m,--metric", options->metrics,
                   "only these: a metric (auroc), a split (validation) or both (validation.auroc); separated by commas")
      ->delimiter(',');
  command->add_flag("--all", options->all, "every metric, not only the usual ones");
  auto* csv = command->add_flag("--csv", options->csv,
                                "comma-separated: epoch, then a column <split>.<metric> each, with every digit");
  command->add_flag("--json", options->json, "one JSON object: history[] of {epoch, metrics.<split>.<metric>}")
      ->excludes(csv);
  add_registry_option(*command, invocation);
  command->callback([options, &invocation] { history(*options, invocation); });
}

}  // namespace assay
