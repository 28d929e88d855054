#include "run_tables.h"

#include <algorithm>
#include <iostream>

#include "assay/registry/metrics.h"
#include "run_text.h"
#include "text_table.h"

namespace assay {
namespace {

std::vector<std::string> metrics_of(const std::vector<MetricPoint>& points, const std::vector<std::string>& splits) {
  std::vector<std::string> names;
  for (const MetricPoint& point : points) {
    const bool shown = std::find(splits.begin(), splits.end(), point.split) != splits.end();
    if (shown && std::find(names.begin(), names.end(), point.name) == names.end()) {
      names.push_back(point.name);
    }
  }
  return names;
}

std::string heading_of(const RunDetails& run, const std::string& split) {
  for (const IntervalRecord& record : run.intervals) {
    if (record.split == split) {
      return split + " (95 % interval; " + basis_text(record.interval.groups, record.interval.samples, run, split) +
             ")";
    }
  }
  return split;
}

/// The columns of slices: few enough for a terminal.
const std::vector<std::string>& sliced_metrics(const RunDetails& run) {
  static const std::vector<std::string> binary{"auroc", "balanced_accuracy", "sensitivity", "specificity"};
  static const std::vector<std::string> more{"auroc", "balanced_accuracy", "weighted_f1", "accuracy"};
  return run.positive.empty() ? more : binary;
}

std::string figure_of(const Slice& slice, const std::string& metric) {
  for (const MetricInterval& figure : slice.figures) {
    if (figure.metric == metric) {
      return figure_text(figure.interval);
    }
  }
  return {};
}

}  // namespace

std::vector<std::string> splits_of(const std::vector<MetricPoint>& points) {
  std::vector<std::string> splits;
  for (const MetricPoint& point : points) {
    if (std::find(splits.begin(), splits.end(), point.split) == splits.end()) {
      splits.push_back(point.split);
    }
  }
  return splits;
}

std::vector<std::string> label_names(const RunDetails& run) {
  if (run.positive.empty()) {
    return run.classes;
  }
  std::vector<std::string> names{"other", run.positive};
  for (const std::string& name : run.classes) {
    names[0] = run.classes.size() == 2 && name != run.positive ? name : names[0];
  }
  return names;
}

void print_figures(const RunDetails& run, const std::vector<MetricPoint>& points,
                   const std::vector<std::string>& splits) {
  std::vector<std::string> heading{""};
  for (const std::string& split : splits) {
    heading.push_back(heading_of(run, split));
  }
  TextTable table(std::vector<Align>(splits.size() + 1, Align::left));
  table.add(heading);
  for (const std::string& name : metrics_of(points, splits)) {
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

void print_confusion(const Registry& registry, const RunDetails& run, const std::string& split) {
  const Predictions predictions = stored_predictions(registry, run.summary.number, split).predictions;
  if (predictions.size() == 0 || (predictions.columns == 1 && !run.threshold)) {
    return;
  }
  const ConfusionMatrix matrix = confusion_matrix(predictions, run.threshold.value_or(0.5));
  const std::vector<std::string> names = label_names(run);
  std::cout << "\n" << split << " images by true class (rows) and predicted class (columns)\n";
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

void print_slices(const RunDetails& run, const std::string& split, const std::string& column,
                  const std::vector<Slice>& slices) {
  std::cout << "\n" << split << " by " << column << "\n";
  const std::vector<std::string>& metrics = sliced_metrics(run);
  // Where each image is a group of its own, their count would stand there twice.
  const std::string groups = groups_noun(run, split);
  const bool are_grouped = groups != "images";
  std::vector<Align> columns(are_grouped ? 3 : 2, Align::right);
  columns[0] = Align::left;
  columns.insert(columns.end(), metrics.size(), Align::left);
  TextTable table(columns);
  std::vector<std::string> heading{column, "images"};
  if (are_grouped) {
    heading.push_back(groups);
  }
  heading.insert(heading.end(), metrics.begin(), metrics.end());
  table.add(heading);
  for (const Slice& slice : slices) {
    std::vector<std::string> cells{slice.value.empty() ? "(none)" : slice.value, std::to_string(slice.samples)};
    if (are_grouped) {
      cells.push_back(std::to_string(slice.groups));
    }
    if (slice.figures.empty()) {
      const std::string only = label_names(run)[static_cast<std::size_t>(slice.labels.front())];
      cells.push_back("only " + only + ": " + figure_text(slice.accuracy) + " called right");
    }
    for (const std::string& metric : metrics) {
      cells.push_back(figure_of(slice, metric));
    }
    table.add(cells);
  }
  table.print(std::cout, 2);
}

}  // namespace assay
