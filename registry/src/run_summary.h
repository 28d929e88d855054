// Reads the columns of a run that both a list and the details of one run begin with.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "assay/registry/queries.h"
#include "database.h"

namespace assay {

class SummaryReader {
 public:
  /// The first columns of a SELECT from `runs r`, as read() expects them.
  static constexpr const char* kColumns =
      "r.number, r.uuid, r.name, r.state, r.host, r.heartbeat_ms, r.folder, r.created_ms, r.started_ms, r.finished_ms, "
      "r.earlier_ms, r.select_metric, r.parent, r.parent_checkpoint";
  static constexpr int kColumnCount = 14;

  explicit SummaryReader(const Registry& registry);
  /// row: a statement that stands on a row.
  RunSummary read(const Statement& row);

 private:
  void add_metrics(RunSummary& summary);

  std::filesystem::path folder_;
  std::map<std::string, std::int64_t> metric_ids_;
  Statement best_;
  Statement epochs_;
  std::int64_t now_ms_;
};

}  // namespace assay
