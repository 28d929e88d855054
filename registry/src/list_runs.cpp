// One line for each run.
#include <map>

#include "assay/registry/queries.h"
#include "identity.h"
#include "run_state.h"
#include "run_summary.h"

namespace assay {
namespace {

/// "validation.auroc" and its row of metric_names, for all that occur.
std::map<std::string, std::int64_t> metric_ids(const Database& database) {
  std::map<std::string, std::int64_t> ids;
  Statement select =
      database.prepare("SELECT n.id, s.name || '.' || n.name FROM metric_names n JOIN splits s ON s.id = n.split");
  while (select.step()) {
    ids.emplace(select.text(1), select.integer(0));
  }
  return ids;
}

std::optional<Parent> parent_of(const Statement& select, int column) {
  if (select.is_null(column)) {
    return std::nullopt;
  }
  return Parent{select.integer(column),
                select.text(column + 1) == "last" ? CheckpointChoice::last : CheckpointChoice::best};
}

}  // namespace

SummaryReader::SummaryReader(const Registry& registry)
    : folder_(registry.folder()),
      metric_ids_(metric_ids(registry.database())),
      best_(registry.database().prepare("SELECT epoch, step, value FROM best_metric WHERE run = ?1 AND metric = ?2")),
      epochs_(registry.database().prepare("SELECT max(epoch) FROM latest_metric WHERE run = ?1")),
      now_ms_(now_ms()) {}

RunSummary SummaryReader::read(const Statement& row) {
  RunSummary summary;
  summary.number = row.integer(0);
  summary.uuid = row.text(1);
  summary.name = row.text(2);
  summary.state = actual_state({row.text(3), row.text(4), row.integer(5), folder_ / row.text(6)}, now_ms_);
  summary.created_ms = row.integer(7);
  const std::int64_t started = row.integer(8);
  const std::int64_t ended = !row.is_null(9)                      ? row.integer(9)
                             : summary.state == RunState::running ? now_ms_
                                                                  : row.integer(5);
  summary.duration_ms = row.integer(10) + std::max<std::int64_t>(0, ended - started);
  summary.select = row.text(11);
  summary.parent = parent_of(row, 12);
  add_metrics(summary);
  return summary;
}

void SummaryReader::add_metrics(RunSummary& summary) {
  if (epochs_.bind(1, summary.number).step() && !epochs_.is_null(0)) {
    summary.epochs = epochs_.integer(0);
  }
  epochs_.reset();
  const auto id = metric_ids_.find(summary.select);
  if (id == metric_ids_.end()) {
    return;
  }
  if (best_.bind(1, summary.number).bind(2, id->second).step()) {
    const std::size_t dot = summary.select.find('.');
    summary.best = MetricPoint{summary.select.substr(0, dot), summary.select.substr(dot + 1), best_.integer(0),
                               best_.integer(1), best_.real(2)};
  }
  best_.reset();
}

std::vector<RunSummary> list_runs(const Registry& registry, std::int64_t limit) {
  Statement select = registry.database().prepare(std::string("SELECT ") + SummaryReader::kColumns +
                                                 " FROM runs r ORDER BY r.number DESC LIMIT ?1");
  select.bind(1, limit > 0 ? limit : -1);
  SummaryReader reader(registry);
  std::vector<RunSummary> runs;
  while (select.step()) {
    runs.push_back(reader.read(select));
  }
  return runs;
}

}  // namespace assay
