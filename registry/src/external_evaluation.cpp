#include "assay/registry/external_evaluation.h"

#include <algorithm>

#include "assay/error.h"
#include "database.h"
#include "identity.h"
#include "result_rows.h"
#include "sample_rows.h"
#include "write_lock.h"

namespace assay {
namespace {

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

void check_run(Database& database, std::int64_t run) {
  Statement select = database.prepare("SELECT 1 FROM runs WHERE number = ?1");
  if (!select.bind(1, run).step()) {
    throw InvalidInput("there is no run " + std::to_string(run) + " in registry " + database.file().string());
  }
}

/// Removes all that an earlier evaluation of this name left; true when there was one.
bool remove_earlier(Database& database, std::int64_t run, std::int64_t split) {
  for (const char* table : {"metric_points", "latest_metric", "best_metric", "metric_intervals"}) {
    database
        .prepare(std::string("DELETE FROM ") + table +
                 " WHERE run = ?1 AND metric IN (SELECT id FROM metric_names WHERE split = ?2)")
        .bind(1, run)
        .bind(2, split)
        .run();
  }
  database.prepare("DELETE FROM external_evaluations WHERE run = ?1 AND split = ?2").bind(1, run).bind(2, split).run();
  return database.changes() > 0;
}

void insert_evaluation(Database& database, std::int64_t run, std::int64_t split, std::int64_t dataset,
                       const ExternalEvaluation& evaluation) {
  Statement insert = database.prepare(
      "INSERT INTO external_evaluations (run, split, dataset, place, checkpoint, epoch, time_ms, threshold, "
      "groups_are, "
      "known_images, bad_images) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
  insert.bind(1, run).bind(2, split).bind(3, dataset).bind(4, evaluation.place);
  insert.bind(5, to_text(evaluation.checkpoint)).bind(6, evaluation.epoch).bind(7, now_ms());
  if (evaluation.threshold) {
    insert.bind(8, *evaluation.threshold);
  }
  insert.bind(9, evaluation.groups_are).bind(10, evaluation.known_images).bind(11, evaluation.bad_images).run();
}

void insert_figures(Database& database, std::int64_t run, const std::string& split,
                    const ExternalEvaluation& evaluation) {
  for (const auto& [name, interval] : evaluation.figures) {
    const std::int64_t metric = id_of_metric(database, split, name);
    for (const char* table : {"metric_points", "latest_metric", "best_metric"}) {
      database
          .prepare(std::string("INSERT INTO ") + table +
                   " (run, metric, epoch, step, value) VALUES (?1, ?2, ?3, ?4, ?5)")
          .bind(1, run)
          .bind(2, metric)
          .bind(3, evaluation.epoch)
          .bind(4, evaluation.step)
          .bind(5, interval.value)
          .run();
    }
    if (interval.replicates > 0) {
      store_interval(database, run, metric, interval);
    }
  }
}

void insert_event(Database& database, std::int64_t run, bool replaced, const ExternalEvaluation& evaluation) {
  const std::string text = evaluation.name + ": " + std::to_string(evaluation.predictions.size()) + " images of " +
                           evaluation.place + (replaced ? "; it replaces the earlier one of this name" : "");
  database.prepare("INSERT INTO events (run, time_ms, kind, text) VALUES (?1, ?2, 'evaluated', ?3)")
      .bind(1, run)
      .bind(2, now_ms())
      .bind(3, text)
      .run();
}

}  // namespace

void check_evaluation_name(const std::string& name) {
  const bool plain =
      std::all_of(name.begin(), name.end(), [](char c) { return is_letter_or_digit(c) || c == '_' || c == '-'; });
  if (name.empty() || name.size() > 60 || !is_letter_or_digit(name.front()) || !plain) {
    throw InvalidInput("\"" + name +
                       "\" can't name an evaluation: a name starts with a letter or digit, goes on with those, '_' and "
                       "'-', and has at most 60 characters; give another with --as NAME");
  }
}

bool record_external_evaluation(const Registry& registry, std::int64_t run, const ExternalEvaluation& evaluation) {
  check_evaluation_name(evaluation.name);
  check_stored_predictions(evaluation.predictions, evaluation.samples.size());
  const std::string split = std::string(kExternalPrefix) + evaluation.name;
  Database& database = registry.database();
  const WriteLock lock(registry.file(), registry.patience());
  Transaction transaction(database);
  check_run(database, run);
  const std::int64_t split_row = id_of_split(database, split);
  const bool replaced = remove_earlier(database, run, split_row);
  const StoredSamples stored = store_samples(database, evaluation.dataset_fingerprint, evaluation.samples);
  insert_evaluation(database, run, split_row, stored.dataset, evaluation);
  insert_figures(database, run, split, evaluation);
  store_predictions(database, {run, split_row, evaluation.epoch}, evaluation.predictions, stored.ids);
  insert_event(database, run, replaced, evaluation);
  transaction.commit();
  database.checkpoint(false);
  return replaced;
}

}  // namespace assay
