#include "result_table.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>
#include <variant>

#include "assay/console.h"
#include "assay/registry/metrics.h"
#include "number_text.h"
#include "program_name.h"

namespace assay {
namespace {

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

std::string right(const std::string& text, std::size_t width) {
  return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}

std::string figure(const Interval& interval) {
  std::string text = decimal_text(interval.value, 4);
  if (!std::isnan(interval.low)) {
    text += "  [" + decimal_text(interval.low, 4) + ", " + decimal_text(interval.high, 4) + "]";
  }
  return text;
}

std::string counts(const SplitResult& result, const std::string& noun) {
  const std::string images = count_text(static_cast<std::int64_t>(result.predictions.size())) + " images";
  if (noun == "images") return images;
  const std::set<std::uint32_t> groups(result.predictions.groups.begin(), result.predictions.groups.end());
  return images + ", " + count_text(static_cast<std::int64_t>(groups.size())) + ' ' + noun;
}

constexpr std::size_t kName = 20;
constexpr std::size_t kColumn = 28;

// A name and a cell for each split; the last cell isn't padded.
void add_row(std::ostringstream& text, const std::string& name, const std::vector<std::string>& cells) {
  text << padded(name, kName);
  for (std::size_t i = 0; i < cells.size(); ++i) text << (i + 1 < cells.size() ? padded(cells[i], kColumn) : cells[i]);
  text << '\n';
}

void add_figures(std::ostringstream& text, const std::vector<SplitResult>& results, const std::string& noun) {
  const auto row = [&](const std::string& name, const auto& cell) {
    std::vector<std::string> cells;
    for (const SplitResult& result : results) cells.push_back(cell(result));
    add_row(text, name, cells);
  };
  row("", [](const SplitResult& result) { return std::string(split_name(result.split)); });
  row("", [&noun](const SplitResult& result) { return counts(result, noun); });
  for (std::size_t i = 0; i < results.front().intervals.size(); ++i) {
    row(results.front().intervals[i].metric,
        [i](const SplitResult& result) { return figure(result.intervals[i].interval); });
  }
}

// Names of the predictions' classes by their index: with one output, what isn't positive comes first.
std::vector<std::string> class_names(const Task& task) {
  if (!task.one_output()) return task.classes;
  const auto positive = static_cast<std::size_t>(task.positive);
  return {task.classes[1 - positive], task.classes[positive]};
}

void add_confusion(std::ostringstream& text, const Task& task, const SplitResult& result, double threshold) {
  const ConfusionMatrix matrix = confusion_matrix(result.predictions, threshold);
  const std::vector<std::string> names = class_names(task);
  std::size_t width = 10;
  for (const std::string& name : names) width = std::max(width, name.size() + 2);
  text << padded("true \\ predicted", kName);
  for (const std::string& name : names) text << right(name, width);
  text << '\n';
  for (int truth = 0; truth < matrix.classes; ++truth) {
    text << padded(names[static_cast<std::size_t>(truth)], kName);
    for (int predicted = 0; predicted < matrix.classes; ++predicted) {
      text << right(count_text(static_cast<std::int64_t>(std::llround(matrix.at(truth, predicted)))), width);
    }
    text << '\n';
  }
}

}  // namespace

std::string summary_text(const FinishedTraining& training, const std::vector<SplitResult>& results, double threshold,
                         std::int64_t run, const std::filesystem::path& folder, double memory) {
  const Job& job = training.job;
  const std::string number = std::to_string(run);
  std::ostringstream text;
  text << "\nrun " << number << ' ' << job.experiment.name << ": "
       << (training.state.stopped_early ? "stopped early after epoch " : "trained ") << training.state.epoch
       << (training.state.stopped_early ? "" : " epochs") << "; best is epoch " << training.state.best->epoch << ", "
       << job.experiment.evaluation.select << ' ' << decimal_text(training.state.best->value, 4) << "\n\n";
  const std::string& noun = job.dataset.groups_are;
  add_figures(text, results, noun);
  text << "95 % intervals by bootstrap over " << noun;
  if (job.task.one_output()) {
    text << "; '" << job.task.positive_name() << "' from probability " << decimal_text(threshold, 4)
         << (std::holds_alternative<double>(job.experiment.evaluation.threshold) ? ", as the experiment sets it"
                                                                                 : ", chosen on validation");
  }
  text << "\n\ntest split\n";
  add_confusion(text, job.task, results.back(), threshold);
  text << "\nweights sha256  " << training.weights_sha256 << "\npeak memory     " << bytes_text(memory)
       << "\nrun folder      " << folder.string() << "\n\nnext:";
  for (const std::string& command : {"show " + number, "predict " + number + " PATH...", std::string("list")}) {
    text << "\n  " << program_name() << ' ' << command;
  }
  return text.str();
}

}  // namespace assay
