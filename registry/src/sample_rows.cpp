#include "sample_rows.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

namespace assay {
namespace {

using Values = std::vector<std::pair<std::string, std::string>>;
using Ids = std::unordered_map<std::string, std::int64_t>;
using Records = std::unordered_map<std::string_view, const SampleRecord*>;

Values sorted(Values values) {
  std::sort(values.begin(), values.end());
  return values;
}

std::unordered_map<std::int64_t, Values> values_of_samples(const Database& database, std::int64_t dataset) {
  Statement select = database.prepare(
      "SELECT v.sample, v.name, v.value FROM samples x JOIN sample_values v ON v.sample = x.id WHERE x.dataset = ?1 "
      "ORDER BY v.sample, v.name");
  select.bind(1, dataset);
  std::unordered_map<std::int64_t, Values> values;
  while (select.step()) {
    values[select.integer(0)].emplace_back(select.text(1), select.text(2));
  }
  return values;
}

/// The rows of a data set by path; nullopt unless they say the same as the records.
std::optional<Ids> rows_of(const Database& database, std::int64_t dataset, const Records& records) {
  const std::unordered_map<std::int64_t, Values> values = values_of_samples(database, dataset);
  Statement row =
      database.prepare("SELECT id, path, hash, sample_group, label, source FROM samples WHERE dataset = ?1");
  row.bind(1, dataset);
  Ids ids;
  while (row.step()) {
    const auto found = records.find(row.text(1));
    if (found == records.end()) {
      return std::nullopt;
    }
    const SampleRecord& record = *found->second;
    const auto stored = values.find(row.integer(0));
    const bool same = row.text(2) == record.hash && row.text(3) == record.group && row.integer(4) == record.label &&
                      row.text(5) == record.source &&
                      (stored == values.end() ? Values{} : stored->second) == sorted(record.values);
    if (!same) {
      return std::nullopt;
    }
    ids.emplace(record.path, row.integer(0));
  }
  return ids.size() == records.size() ? std::optional(std::move(ids)) : std::nullopt;
}

std::optional<StoredSamples> find_stored(const Database& database, const std::string& fingerprint,
                                         std::span<const SampleRecord> samples) {
  Records records;
  for (const SampleRecord& sample : samples) {
    records.emplace(sample.path, &sample);
  }
  Statement dataset = database.prepare("SELECT id FROM datasets WHERE fingerprint = ?1 ORDER BY id");
  dataset.bind(1, fingerprint);
  while (dataset.step()) {
    if (const auto ids = rows_of(database, dataset.integer(0), records)) {
      StoredSamples stored{dataset.integer(0), {}};
      for (const SampleRecord& sample : samples) {
        stored.ids.push_back(ids->at(sample.path));
      }
      return stored;
    }
  }
  return std::nullopt;
}

StoredSamples insert_samples(Database& database, const std::string& fingerprint,
                             std::span<const SampleRecord> samples) {
  database.prepare("INSERT INTO datasets (fingerprint) VALUES (?1)").bind(1, fingerprint).run();
  StoredSamples stored{database.last_insert_rowid(), {}};
  Statement insert = database.prepare(
      "INSERT INTO samples (dataset, path, hash, sample_group, label, source) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
  Statement insert_value = database.prepare("INSERT INTO sample_values (sample, name, value) VALUES (?1, ?2, ?3)");
  for (const SampleRecord& sample : samples) {
    insert.bind(1, stored.dataset).bind(2, sample.path).bind(3, sample.hash).bind(4, sample.group);
    insert.bind(5, static_cast<std::int64_t>(sample.label)).bind(6, sample.source).run();
    stored.ids.push_back(database.last_insert_rowid());
    for (const auto& [name, value] : sample.values) {
      insert_value.bind(1, stored.ids.back()).bind(2, name).bind(3, value).run();
    }
  }
  return stored;
}

}  // namespace

StoredSamples store_samples(Database& database, const std::string& fingerprint, std::span<const SampleRecord> samples) {
  const auto stored = find_stored(database, fingerprint, samples);
  return stored ? *stored : insert_samples(database, fingerprint, samples);
}

std::int64_t id_of_split(Database& database, const std::string& name) {
  database.prepare("INSERT OR IGNORE INTO splits (name) VALUES (?1)").bind(1, name).run();
  Statement select = database.prepare("SELECT id FROM splits WHERE name = ?1");
  select.bind(1, name).step();
  return select.integer(0);
}

}  // namespace assay
