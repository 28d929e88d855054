#include "run_rows.h"

#include <cmath>
#include <tuple>

#include "assay/registry/metrics.h"
#include "identity.h"
#include "result_rows.h"
#include "sample_rows.h"

namespace assay {
namespace {

/// Of a resumed run that departs from what it wrote before, the first differences say all there is to say.
constexpr std::int64_t kDifferencesTold = 10;

std::string exact_text(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

constexpr const char* kStorePoint = " (run, metric, epoch, step, value) VALUES (?1, ?2, ?3, ?4, ?5)";

}  // namespace

RunRows::RunRows(Database& database, std::int64_t run, std::vector<std::int64_t> sample_ids)
    : database_(database),
      run_(run),
      sample_ids_(std::move(sample_ids)),
      insert_point_(database.prepare(std::string("INSERT OR IGNORE INTO metric_points") + kStorePoint)),
      select_point_(database.prepare(
          "SELECT epoch, step, value FROM metric_points WHERE run = ?1 AND metric = ?2 AND epoch = ?3 AND step = ?4")),
      update_point_(database.prepare(
          "UPDATE metric_points SET value = ?5 WHERE run = ?1 AND metric = ?2 AND epoch = ?3 AND step = ?4")),
      best_of_points_(database.prepare(
          "SELECT epoch, step, value FROM metric_points WHERE run = ?1 AND metric = ?2 AND value IS NOT NULL "
          "ORDER BY value * ?3 DESC, epoch, step LIMIT 1")),
      select_latest_(database.prepare("SELECT epoch, step, value FROM latest_metric WHERE run = ?1 AND metric = ?2")),
      select_best_(database.prepare("SELECT epoch, step, value FROM best_metric WHERE run = ?1 AND metric = ?2")),
      store_latest_(database.prepare(std::string("INSERT OR REPLACE INTO latest_metric") + kStorePoint)),
      store_best_(database.prepare(std::string("INSERT OR REPLACE INTO best_metric") + kStorePoint)),
      insert_event_(database.prepare("INSERT INTO events (run, time_ms, kind, text) VALUES (?1, ?2, ?3, ?4)")) {}

void RunRows::write(const Row& row) {
  if (const auto* metric = std::get_if<MetricRow>(&row)) {
    write_metric(*metric);
  } else {
    std::visit([this](const auto& seldom) { write_row(seldom); }, *std::get<1>(row));
  }
}

void RunRows::end_batch() {
  for (Metric& metric : metrics_) {
    if (!metric.changed) {
      continue;
    }
    if (metric.best_unknown) {
      best_of_points_.bind(3, metric.minimised ? -1 : 1);
      metric.best = stored_point(best_of_points_, *metric.id);
      metric.best_unknown = false;
    }
    store_point(store_latest_, *metric.id, *metric.latest);
    if (metric.best) {
      store_point(store_best_, *metric.id, *metric.best);
    }
    metric.changed = false;
  }
}

void RunRows::rolled_back() {
  for (Metric& metric : metrics_) {
    metric.id.reset();
    metric.latest.reset();
    metric.best.reset();
    metric.changed = metric.best_unknown = false;
  }
}

void RunRows::write_metric(const MetricRow& row) {
  Metric& metric = known(row.metric);
  insert_point_.bind(1, run_).bind(2, *metric.id).bind(3, row.epoch).bind(4, row.step).bind(5, row.value).run();
  if (database_.changes() == 0) {
    replace_metric(metric, row);
  }
  follow(metric, {row.epoch, row.step, row.value});
}

void RunRows::replace_metric(Metric& metric, const MetricRow& row) {
  select_point_.bind(3, row.epoch).bind(4, row.step);
  const std::optional<Point> before = stored_point(select_point_, *metric.id);
  if (before && !same(before->value, row.value)) {
    update_point_.bind(1, run_).bind(2, *metric.id).bind(3, row.epoch).bind(4, row.step).bind(5, row.value).run();
    report_difference(metric, row, before->value);
    metric.best_unknown = true;
  }
}

void RunRows::report_difference(const Metric& metric, const MetricRow& row, double before) {
  ++differing_;
  if (differing_ > kDifferencesTold) {
    return;
  }
  write_row(EventRecord{now_ms(), "metric_differs",
                        metric.split + "." + metric.name + " of epoch " + std::to_string(row.epoch) + ", step " +
                            std::to_string(row.step) + " was " + exact_text(before) + " and is now " +
                            exact_text(row.value)});
}

void RunRows::follow(Metric& metric, const Point& point) const {
  metric.changed = true;
  const auto place = [](const Point& p) { return std::tuple(p.epoch, p.step); };
  if (!metric.latest || place(point) >= place(*metric.latest)) {
    metric.latest = point;
  }
  const double sign = metric.minimised ? -1.0 : 1.0;
  if (!std::isnan(point.value) && (!metric.best || sign * point.value > sign * metric.best->value)) {
    metric.best = point;
  }
}

void RunRows::write_row(const MetricName& row) {
  if (row.metric >= metrics_.size()) {
    metrics_.resize(row.metric + 1);
  }
  metrics_[row.metric] = Metric{row.split, row.name, is_minimised(row.name), {}, {}, {}};
}

void RunRows::write_row(const IntervalRecord& row) {
  store_interval(database_, run_, id_of_metric(database_, row.split, row.name), row.interval);
}

void RunRows::write_row(const PredictionRows& row) {
  store_predictions(database_, {run_, id_of_split(database_, row.split), row.epoch}, row.predictions, sample_ids_);
}

void RunRows::write_row(const ThresholdRow& row) {
  database_.prepare("UPDATE runs SET threshold = ?2, threshold_rule = ?3 WHERE number = ?1")
      .bind(1, run_)
      .bind(2, row.value)
      .bind(3, row.rule)
      .run();
}

void RunRows::write_row(const ArtifactRecord& row) {
  database_.prepare("INSERT OR REPLACE INTO artifacts (run, path, kind, bytes, sha256) VALUES (?1, ?2, ?3, ?4, ?5)")
      .bind(1, run_)
      .bind(2, row.path)
      .bind(3, row.kind)
      .bind(4, row.bytes)
      .bind(5, row.sha256)
      .run();
}

void RunRows::write_row(const EventRecord& row) {
  insert_event_.bind(1, run_).bind(2, row.time_ms).bind(3, row.kind).bind(4, row.text).run();
}

void RunRows::write_row(const WeightsRow& row) {
  database_.prepare("UPDATE runs SET weights_sha256 = ?2 WHERE number = ?1").bind(1, run_).bind(2, row.sha256).run();
}

void RunRows::write_row(const FinishRow& row) {
  if (differing_ > kDifferencesTold) {
    write_row(EventRecord{row.time_ms, "metric_differs",
                          std::to_string(differing_) + " values in all differ from those written before the resume"});
  }
  database_.prepare("UPDATE runs SET state = ?2, finished_ms = ?3, heartbeat_ms = ?3 WHERE number = ?1")
      .bind(1, run_)
      .bind(2, to_text(row.state))
      .bind(3, row.time_ms)
      .run();
}

RunRows::Metric& RunRows::known(std::uint32_t number) {
  Metric& metric = metrics_[number];
  if (!metric.id) {
    metric.id = id_of_metric(database_, metric.split, metric.name);
    metric.latest = stored_point(select_latest_, *metric.id);
    metric.best = stored_point(select_best_, *metric.id);
  }
  return metric;
}

std::optional<RunRows::Point> RunRows::stored_point(Statement& statement, std::int64_t metric_id) {
  std::optional<Point> point;
  if (statement.bind(1, run_).bind(2, metric_id).step()) {
    point = Point{statement.integer(0), statement.integer(1), statement.real(2)};
  }
  statement.reset();
  return point;
}

void RunRows::store_point(Statement& statement, std::int64_t metric_id, const Point& point) {
  statement.bind(1, run_).bind(2, metric_id).bind(3, point.epoch).bind(4, point.step).bind(5, point.value).run();
}

}  // namespace assay
