// The rows of results that a run in the making and an external evaluation write alike.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "assay/registry/bootstrap.h"
#include "assay/registry/predictions.h"
#include "database.h"

namespace assay {

/// Whose predictions they are.
struct PredictionOwner {
  std::int64_t run = 0;
  std::int64_t split = 0;  ///< row of `splits`
  std::int64_t epoch = 0;  ///< of the model
};

/// Replaces the predictions of a split. sample_ids: rows of `samples` by Predictions::samples. Inside a transaction.
void store_predictions(Database& database, const PredictionOwner& owner, const Predictions& predictions,
                       std::span<const std::int64_t> sample_ids);

/// Replaces the interval of a metric. Inside a transaction.
void store_interval(Database& database, std::int64_t run, std::int64_t metric, const Interval& interval);

/// The row of a metric of a split, made when it is new. Inside a transaction.
std::int64_t id_of_metric(Database& database, const std::string& split, const std::string& name);

/// Throws InvalidInput unless the sizes agree and every sample is below `samples`.
void check_stored_predictions(const Predictions& predictions, std::size_t samples);

}  // namespace assay
