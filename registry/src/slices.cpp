#include "assay/registry/slices.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>

#include "assay/error.h"
#include "assay/fields.h"
#include "assay/printable.h"
#include "assay/registry/metrics.h"
#include "evaluation.h"

namespace assay {
namespace {

std::string value_of(const SampleRecord& record, const std::string& column) {
  if (column == "source") {
    return record.source;
  }
  if (column == "group") {
    return record.group;
  }
  const auto found = std::find_if(record.values.begin(), record.values.end(),
                                  [&](const auto& entry) { return entry.first == column; });
  return found == record.values.end() ? std::string() : found->second;
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

/// No value first, then numbers among themselves, then text. Numbers come before all text because "10" < "1a" < "2" as
/// text and "2" < "10" as numbers would go round in a circle.
struct AsPeopleCount {
  bool operator()(const std::string& a, const std::string& b) const { return key_of(a) < key_of(b); }

 private:
  enum class Kind { none, number, text };

  /// A longer number is a greater one, however many digits it has; "007" stays apart from "7".
  static std::tuple<Kind, std::size_t, std::string_view, std::string_view> key_of(const std::string& text) {
    const std::string_view view = text;
    if (!is_number(text)) {
      return {text.empty() ? Kind::none : Kind::text, 0, view, {}};
    }
    const std::string_view digits = view.substr(std::min(view.find_first_not_of('0'), view.size()));
    return {Kind::number, digits.size(), digits, view};
  }
};

Predictions selected(const Predictions& all, const std::vector<std::size_t>& rows) {
  Predictions part;
  part.columns = all.columns;
  const auto columns = static_cast<std::size_t>(all.columns);
  for (const std::size_t row : rows) {
    const auto first = all.probabilities.begin() + static_cast<std::ptrdiff_t>(row * columns);
    part.probabilities.insert(part.probabilities.end(), first, first + static_cast<std::ptrdiff_t>(columns));
    part.labels.push_back(all.labels[row]);
    part.groups.push_back(all.groups[row]);
  }
  return part;
}

Slice slice_of(const std::string& value, const Predictions& predictions, double threshold,
               const BootstrapOptions& options) {
  Slice slice;
  slice.value = value;
  slice.samples = static_cast<std::int64_t>(predictions.size());
  slice.groups = static_cast<std::int64_t>(std::set(predictions.groups.begin(), predictions.groups.end()).size());
  const std::set<std::int32_t> labels(predictions.labels.begin(), predictions.labels.end());
  slice.labels.assign(labels.begin(), labels.end());
  slice.accuracy = accuracy(confusion_matrix(predictions, threshold));
  if (slice.labels.size() > 1) {
    slice.figures = bootstrap_intervals(predictions, threshold, options);
  }
  return slice;
}

}  // namespace

std::vector<std::string> slice_columns(const StoredPredictions& stored) {
  std::set<std::string> columns;
  for (const SampleRecord& record : stored.records) {
    for (const auto& [column, value] : record.values) {
      columns.insert(column);
    }
  }
  std::vector<std::string> names(columns.begin(), columns.end());
  names.insert(names.end(), {"source", "group"});
  return names;
}

std::vector<Slice> slices_by(const StoredPredictions& stored, const std::string& column, double threshold,
                             const BootstrapOptions& options) {
  const std::vector<std::string> columns = slice_columns(stored);
  if (std::find(columns.begin(), columns.end(), column) == columns.end()) {
    const std::string meant = did_you_mean(column, columns);
    throw InvalidInput("the images have no column '" + column + "'" + meant +
                       (meant.empty() ? "; there are: " : " There are: ") + listed(columns));
  }
  std::map<std::string, std::vector<std::size_t>, AsPeopleCount> rows;
  for (std::size_t i = 0; i < stored.records.size(); ++i) {
    rows[value_of(stored.records[i], column)].push_back(i);
  }
  std::vector<Slice> slices;
  for (const auto& [value, of_value] : rows) {
    slices.push_back(slice_of(value, selected(stored.predictions, of_value), threshold, options));
  }
  return slices;
}

}  // namespace assay
