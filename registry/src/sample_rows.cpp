// The images of a data set and their splits, shared by all runs on it.
#include <unordered_map>

#include "run_record.h"

namespace assay {
namespace {

using Ids = std::unordered_map<std::string, std::int64_t>;

std::int64_t id_of_dataset(Database& database, const std::string& fingerprint) {
  database.prepare("INSERT OR IGNORE INTO datasets (fingerprint) VALUES (?1)").bind(1, fingerprint).run();
  Statement select = database.prepare("SELECT id FROM datasets WHERE fingerprint = ?1");
  select.bind(1, fingerprint).step();
  return select.integer(0);
}

Ids known_samples(Database& database, std::int64_t dataset) {
  Ids ids;
  Statement select = database.prepare("SELECT id, path FROM samples WHERE dataset = ?1");
  select.bind(1, dataset);
  while (select.step()) {
    ids.emplace(select.text(1), select.integer(0));
  }
  return ids;
}

std::vector<std::int64_t> ids_of_samples(Database& database, std::int64_t dataset, const RunStart& start) {
  Ids known = known_samples(database, dataset);
  const bool complete = !known.empty();
  Statement insert =
      database.prepare("INSERT INTO samples (dataset, path, hash, sample_group, label) VALUES (?1, ?2, ?3, ?4, ?5)");
  std::vector<std::int64_t> ids;
  ids.reserve(start.samples.size());
  for (const SampleRecord& sample : start.samples) {
    auto found = known.find(sample.path);
    if (found == known.end()) {
      if (complete) {
        throw Failure("sample " + sample.path + " is new to a data set that was recorded before with fingerprint " +
                      start.dataset_fingerprint + ": a fingerprint must name one content");
      }
      insert.bind(1, dataset).bind(2, sample.path).bind(3, sample.hash).bind(4, sample.group);
      insert.bind(5, static_cast<std::int64_t>(sample.label)).run();
      ids.push_back(database.last_insert_rowid());
    } else {
      ids.push_back(found->second);
    }
  }
  return ids;
}

Ids ids_of_splits(Database& database, const RunStart& start) {
  Ids ids;
  for (const SampleRecord& sample : start.samples) {
    if (!ids.contains(sample.split)) {
      database.prepare("INSERT OR IGNORE INTO splits (name) VALUES (?1)").bind(1, sample.split).run();
      Statement select = database.prepare("SELECT id FROM splits WHERE name = ?1");
      select.bind(1, sample.split).step();
      ids.emplace(sample.split, select.integer(0));
    }
  }
  return ids;
}

std::int64_t id_of_partition(Database& database, const StoredData& data, const RunStart& start) {
  Statement select = database.prepare("SELECT id FROM partitions WHERE dataset = ?1 AND fingerprint = ?2");
  if (select.bind(1, data.dataset).bind(2, start.split_fingerprint).step()) {
    return select.integer(0);
  }
  database.prepare("INSERT INTO partitions (dataset, fingerprint) VALUES (?1, ?2)")
      .bind(1, data.dataset)
      .bind(2, start.split_fingerprint)
      .run();
  const std::int64_t partition = database.last_insert_rowid();
  const Ids splits = ids_of_splits(database, start);
  Statement insert = database.prepare("INSERT INTO partition_samples (partition, sample, split) VALUES (?1, ?2, ?3)");
  for (std::size_t i = 0; i < start.samples.size(); ++i) {
    insert.bind(1, partition).bind(2, data.sample_ids[i]).bind(3, splits.at(start.samples[i].split)).run();
  }
  return partition;
}

}  // namespace

StoredData store_data(Database& database, const RunStart& start) {
  StoredData data;
  data.dataset = id_of_dataset(database, start.dataset_fingerprint);
  data.sample_ids = ids_of_samples(database, data.dataset, start);
  data.partition = id_of_partition(database, data, start);
  return data;
}

}  // namespace assay
