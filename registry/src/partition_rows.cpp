// Which images of a data set lie in which split, stored once for all runs that were split alike.
#include <unordered_map>

#include "run_record.h"
#include "sample_rows.h"

namespace assay {
namespace {

std::int64_t insert_partition(Database& database, const StoredData& data, const RunStart& start) {
  database.prepare("INSERT INTO partitions (dataset, fingerprint) VALUES (?1, ?2)")
      .bind(1, data.dataset)
      .bind(2, start.split_fingerprint)
      .run();
  const std::int64_t partition = database.last_insert_rowid();
  std::unordered_map<std::string, std::int64_t> splits;
  for (const SampleRecord& sample : start.samples) {
    if (!splits.contains(sample.split)) {
      splits.emplace(sample.split, id_of_split(database, sample.split));
    }
  }
  Statement insert = database.prepare("INSERT INTO partition_samples (partition, sample, split) VALUES (?1, ?2, ?3)");
  for (std::size_t i = 0; i < start.samples.size(); ++i) {
    insert.bind(1, partition).bind(2, data.sample_ids[i]).bind(3, splits.at(start.samples[i].split)).run();
  }
  return partition;
}

}  // namespace

StoredData store_data(Database& database, const RunStart& start) {
  StoredSamples stored = store_samples(database, start.dataset_fingerprint, start.samples);
  StoredData data{stored.dataset, 0, std::move(stored.ids)};
  Statement select = database.prepare("SELECT id FROM partitions WHERE dataset = ?1 AND fingerprint = ?2");
  select.bind(1, data.dataset).bind(2, start.split_fingerprint);
  data.partition = select.step() ? select.integer(0) : insert_partition(database, data, start);
  return data;
}

}  // namespace assay
