// The long tables of a run: values by epoch, predictions by sample.
#include <cstring>
#include <map>
#include <unordered_map>

#include "assay/registry/queries.h"
#include "database.h"

namespace assay {
namespace {

constexpr const char* kSplitOrder =
    "CASE s.name WHEN 'train' THEN 0 WHEN 'validation' THEN 1 WHEN 'test' THEN 2 ELSE 3 END, s.name";

/// Appends one row's probabilities.
void append_probabilities(const Statement& row, int column, Predictions& predictions) {
  if (!row.is_null(column)) {
    predictions.columns = 1;
    predictions.probabilities.push_back(static_cast<float>(row.real(column)));
    return;
  }
  const std::span<const std::byte> bytes = row.blob(column + 1);
  const std::size_t count = bytes.size() / sizeof(float);
  predictions.columns = static_cast<int>(count);
  predictions.probabilities.resize(predictions.probabilities.size() + count);
  std::memcpy(predictions.probabilities.data() + predictions.probabilities.size() - count, bytes.data(), bytes.size());
}

/// Patients numbered in alphabetical order, so that the numbers don't depend on the order of rows.
std::vector<std::uint32_t> number_groups(const std::vector<SampleRecord>& records) {
  std::map<std::string_view, std::uint32_t> numbers;
  for (const SampleRecord& record : records) {
    numbers.emplace(record.group, 0);
  }
  std::uint32_t next = 0;
  for (auto& [group, number] : numbers) {
    number = next++;
  }
  std::vector<std::uint32_t> groups;
  for (const SampleRecord& record : records) {
    groups.push_back(numbers.at(record.group));
  }
  return groups;
}

/// Further columns of the samples that a split's predictions are of, by the samples' rows.
std::unordered_map<std::int64_t, std::vector<std::pair<std::string, std::string>>> values_of_samples(
    const Registry& registry, std::int64_t run, std::string_view split) {
  Statement row = registry.database().prepare(
      "SELECT v.sample, v.name, v.value FROM splits s JOIN predictions p ON p.split = s.id AND p.run = ?1 "
      "JOIN sample_values v ON v.sample = p.sample WHERE s.name = ?2 ORDER BY v.sample, v.name");
  row.bind(1, run).bind(2, split);
  std::unordered_map<std::int64_t, std::vector<std::pair<std::string, std::string>>> values;
  while (row.step()) {
    values[row.integer(0)].emplace_back(row.text(1), row.text(2));
  }
  return values;
}

}  // namespace

std::vector<MetricPoint> metric_history(const Registry& registry, std::int64_t run, std::string_view split,
                                        std::string_view name) {
  Statement row = registry.database().prepare(
      std::string("SELECT s.name, n.name, p.epoch, p.step, p.value FROM metric_points p "
                  "JOIN metric_names n ON n.id = p.metric JOIN splits s ON s.id = n.split WHERE p.run = ?1 AND "
                  "(?2 = '' OR s.name = ?2) AND (?3 = '' OR n.name = ?3) ORDER BY p.epoch, p.step, ") +
      kSplitOrder + ", n.id");
  row.bind(1, run).bind(2, split).bind(3, name);
  std::vector<MetricPoint> points;
  while (row.step()) {
    points.push_back({row.text(0), row.text(1), row.integer(2), row.integer(3), row.real(4)});
  }
  return points;
}

StoredPredictions stored_predictions(const Registry& registry, std::int64_t run, std::string_view split) {
  Statement row = registry.database().prepare(
      "SELECT p.epoch, p.label, p.probability, p.probabilities, x.path, x.hash, x.sample_group, x.label, x.source, "
      "x.id "
      "FROM predictions p JOIN splits s ON s.id = p.split JOIN samples x ON x.id = p.sample "
      "WHERE p.run = ?1 AND s.name = ?2 ORDER BY p.sample");
  row.bind(1, run).bind(2, split);
  const auto values = values_of_samples(registry, run, split);
  StoredPredictions stored;
  while (row.step()) {
    stored.epoch = row.integer(0);
    stored.predictions.labels.push_back(static_cast<std::int32_t>(row.integer(1)));
    append_probabilities(row, 2, stored.predictions);
    stored.predictions.samples.push_back(static_cast<std::uint32_t>(stored.records.size()));
    const auto of_sample = values.find(row.integer(9));
    stored.records.push_back({row.text(4), row.text(5), row.text(6), std::string(split),
                              static_cast<std::int32_t>(row.integer(7)), row.text(8),
                              of_sample == values.end() ? decltype(SampleRecord::values){} : of_sample->second});
  }
  stored.predictions.groups = number_groups(stored.records);
  return stored;
}

std::vector<SampleRecord> run_samples(const Registry& registry, std::int64_t run) {
  Statement row = registry.database().prepare(
      "SELECT x.path, x.hash, x.sample_group, s.name, x.label, x.source FROM runs r "
      "JOIN partition_samples p ON p.partition = r.partition JOIN splits s ON s.id = p.split "
      "JOIN samples x ON x.id = p.sample WHERE r.number = ?1 ORDER BY p.sample");
  row.bind(1, run);
  std::vector<SampleRecord> samples;
  while (row.step()) {
    samples.push_back({row.text(0),
                       row.text(1),
                       row.text(2),
                       row.text(3),
                       static_cast<std::int32_t>(row.integer(4)),
                       row.text(5),
                       {}});
  }
  return samples;
}

std::vector<SplitCount> split_counts(const Registry& registry, std::int64_t run) {
  Statement row = registry.database().prepare(
      std::string("SELECT s.name, count(*), count(DISTINCT nullif(x.sample_group, '')) FROM runs r "
                  "JOIN partition_samples p ON p.partition = r.partition JOIN splits s ON s.id = p.split "
                  "JOIN samples x ON x.id = p.sample WHERE r.number = ?1 GROUP BY s.name ORDER BY ") +
      kSplitOrder);
  row.bind(1, run);
  std::vector<SplitCount> counts;
  while (row.step()) {
    counts.push_back({row.text(0), row.integer(1), row.integer(2)});
  }
  return counts;
}

}  // namespace assay
