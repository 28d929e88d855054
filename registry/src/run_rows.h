// Turns rows of one run into SQL, inside transactions that write_queue.h opens; keeps latest_metric and best_metric
// true.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "database.h"
#include "rows.h"

namespace assay {

/// One thread at a time. Within a transaction: write() any number of rows, then end_batch(). When the transaction is
/// rolled back, rolled_back() forgets what was known from it.
class RunRows {
 public:
  /// sample_ids: the rows of `samples` by index into RunStart::samples.
  RunRows(Database& database, std::int64_t run, std::vector<std::int64_t> sample_ids);

  void write(const Row& row);
  void end_batch();
  void rolled_back();

  std::int64_t run() const { return run_; }

 private:
  struct Point {
    std::int64_t epoch;
    std::int64_t step;
    double value;
  };
  /// A metric of this run as the tables have it.
  struct Metric {
    std::string split;
    std::string name;
    bool minimised = false;
    std::optional<std::int64_t> id;  ///< its row of metric_names; empty until it is needed
    std::optional<Point> latest;
    std::optional<Point> best;
    bool changed = false;
    bool best_unknown = false;  ///< a value was replaced: the best must be looked for
  };

  void write_metric(const MetricRow& row);
  void replace_metric(Metric& metric, const MetricRow& row);
  void report_difference(const Metric& metric, const MetricRow& row, double before);
  void follow(Metric& metric, const Point& point) const;

  void write_row(const MetricName& row);
  void write_row(const IntervalRecord& row);
  void write_row(const PredictionRows& row);
  void write_row(const ThresholdRow& row);
  void write_row(const ArtifactRecord& row);
  void write_row(const EventRecord& row);
  void write_row(const WeightsRow& row);
  void write_row(const FinishRow& row);

  Metric& known(std::uint32_t metric);
  std::optional<Point> stored_point(Statement& statement, std::int64_t metric_id);
  void store_point(Statement& statement, std::int64_t metric_id, const Point& point);

  Database& database_;
  std::int64_t run_;
  std::vector<std::int64_t> sample_ids_;
  std::vector<Metric> metrics_;
  std::int64_t differing_ = 0;  ///< rows of a resumed run that differ from what was there

  Statement insert_point_, select_point_, update_point_, best_of_points_;
  Statement select_latest_, select_best_, store_latest_, store_best_, insert_event_;
};

}  // namespace assay
