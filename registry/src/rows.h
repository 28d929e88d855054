// What waits between the training thread and the thread that writes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "assay/registry/queries.h"

namespace assay {

/// One value. Metrics are numbered within the process, so that a waiting row takes 40 bytes.
struct MetricRow {
  std::uint32_t metric = 0;
  std::int64_t epoch = 0;
  std::int64_t step = 0;
  double value = 0.0;
};

/// Comes before the first MetricRow of its number.
struct MetricName {
  std::uint32_t metric = 0;
  std::string split;
  std::string name;
};

struct PredictionRows {
  std::string split;
  std::int64_t epoch = 0;
  Predictions predictions;
};

struct ThresholdRow {
  double value = 0.0;
  std::string rule;
};

struct WeightsRow {
  std::string sha256;
};

struct FinishRow {
  RunState state = RunState::completed;
  std::int64_t time_ms = 0;
};

using SeldomRow = std::variant<MetricName, IntervalRecord, PredictionRows, ThresholdRow, ArtifactRecord, EventRecord,
                               WeightsRow, FinishRow>;
using Row = std::variant<MetricRow, std::unique_ptr<const SeldomRow>>;

}  // namespace assay
