#include "result_rows.h"

#include "assay/error.h"
#include "sample_rows.h"

namespace assay {

void store_predictions(Database& database, const PredictionOwner& owner, const Predictions& predictions,
                       std::span<const std::int64_t> sample_ids) {
  database.prepare("DELETE FROM predictions WHERE run = ?1 AND split = ?2")
      .bind(1, owner.run)
      .bind(2, owner.split)
      .run();
  Statement insert = database.prepare(
      "INSERT INTO predictions (run, split, sample, epoch, label, probability, probabilities) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
  insert.bind(1, owner.run).bind(2, owner.split).bind(4, owner.epoch);
  const auto columns = static_cast<std::size_t>(predictions.columns);
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const std::span<const float> probabilities(&predictions.probabilities[i * columns], columns);
    insert.bind(3, sample_ids[predictions.samples[i]]).bind(5, static_cast<std::int64_t>(predictions.labels[i]));
    if (columns == 1) {
      insert.bind(6, static_cast<double>(probabilities[0])).bind_null(7);
    } else {
      insert.bind_null(6).bind_blob(7, std::as_bytes(probabilities));
    }
    insert.run();
  }
}

void store_interval(Database& database, std::int64_t run, std::int64_t metric, const Interval& interval) {
  database
      .prepare(
          "INSERT OR REPLACE INTO metric_intervals (run, metric, value, low, high, level, groups, samples, "
          "replicates, redrawn) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")
      .bind(1, run)
      .bind(2, metric)
      .bind(3, interval.value)
      .bind(4, interval.low)
      .bind(5, interval.high)
      .bind(6, interval.level)
      .bind(7, interval.groups)
      .bind(8, interval.samples)
      .bind(9, interval.replicates)
      .bind(10, interval.redrawn)
      .run();
}

std::int64_t id_of_metric(Database& database, const std::string& split, const std::string& name) {
  const std::int64_t of_split = id_of_split(database, split);
  database.prepare("INSERT OR IGNORE INTO metric_names (split, name) VALUES (?1, ?2)")
      .bind(1, of_split)
      .bind(2, name)
      .run();
  Statement select = database.prepare("SELECT id FROM metric_names WHERE split = ?1 AND name = ?2");
  select.bind(1, of_split).bind(2, name).step();
  return select.integer(0);
}

void check_stored_predictions(const Predictions& predictions, std::size_t samples) {
  const std::size_t count = predictions.size();
  if (predictions.columns < 1 || predictions.samples.size() != count ||
      predictions.probabilities.size() != count * static_cast<std::size_t>(predictions.columns)) {
    throw InvalidInput("predictions: " + std::to_string(count) + " labels, " +
                       std::to_string(predictions.samples.size()) + " samples and " +
                       std::to_string(predictions.probabilities.size()) + " probabilities in " +
                       std::to_string(predictions.columns) + " columns don't belong together");
  }
  for (const std::uint32_t sample : predictions.samples) {
    if (sample >= samples) {
      throw InvalidInput("predictions: sample " + std::to_string(sample) + " is unknown; the run has " +
                         std::to_string(samples) + " samples");
    }
  }
}

}  // namespace assay
