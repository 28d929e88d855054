// Everything about one run but its history and predictions, and what two runs' parameters differ in.
#include <algorithm>

#include "assay/error.h"
#include "assay/registry/queries.h"
#include "run_summary.h"

namespace assay {
namespace {

/// Joined to metric rows `m`: their names, in the order in which people read splits and the trainer writes metrics.
constexpr const char* kNames = " m JOIN metric_names n ON n.id = m.metric JOIN splits s ON s.id = n.split ";
constexpr const char* kOrder =
    " ORDER BY CASE s.name WHEN 'train' THEN 0 WHEN 'validation' THEN 1 WHEN 'test' THEN 2 ELSE 3 END, s.name, n.id";

Statement rows_of(const Registry& registry, std::int64_t run, const std::string& sql) {
  Statement select = registry.database().prepare(sql);
  select.bind(1, run);
  return select;
}

RunDetails read_run(const Registry& registry, std::int64_t run) {
  Statement row = rows_of(
      registry, run,
      std::string("SELECT ") + SummaryReader::kColumns +
          ", p.uuid, p.name, r.experiment, r.host, r.device, r.git_commit, r.git_dirty, r.command, d.fingerprint, "
          "t.fingerprint, r.positive, r.threshold, r.threshold_rule, r.weights_sha256 FROM runs r "
          "JOIN datasets d ON d.id = r.dataset JOIN partitions t ON t.id = r.partition "
          "LEFT JOIN runs p ON p.number = r.parent WHERE r.number = ?1");
  if (!row.step()) {
    throw InvalidInput("there is no run " + std::to_string(run) + " in registry " + registry.file().string());
  }
  constexpr int next = SummaryReader::kColumnCount;
  RunDetails details;
  details.summary = SummaryReader(registry).read(row);
  details.folder = registry.folder() / row.text(6);
  details.parent_uuid = row.text(next);
  details.parent_name = row.text(next + 1);
  details.experiment = row.text(next + 2);
  details.environment.host = row.text(next + 3);
  details.environment.device = row.text(next + 4);
  details.environment.git_commit = row.text(next + 5);
  details.environment.git_dirty = row.integer(next + 6) != 0;
  details.environment.command = row.text(next + 7);
  details.dataset_fingerprint = row.text(next + 8);
  details.split_fingerprint = row.text(next + 9);
  details.positive = row.text(next + 10);
  details.threshold = row.is_null(next + 11) ? std::nullopt : std::optional(row.real(next + 11));
  details.threshold_rule = row.text(next + 12);
  details.weights_sha256 = row.text(next + 13);
  return details;
}

std::vector<std::pair<std::string, Scalar>> read_parameters(const Registry& registry, std::int64_t run) {
  Statement row = rows_of(registry, run,
                          "SELECT key, kind, integer_value, real_value, text_value FROM parameters WHERE run = ?1 "
                          "ORDER BY position");
  std::vector<std::pair<std::string, Scalar>> parameters;
  while (row.step()) {
    const std::string kind = row.text(1);
    Scalar value = row.text(4);
    if (kind == "bool") {
      value = row.integer(2) != 0;
    } else if (kind == "integer") {
      value = row.integer(2);
    } else if (kind == "real") {
      value = row.real(3);
    }
    parameters.emplace_back(row.text(0), std::move(value));
  }
  return parameters;
}

std::vector<MetricPoint> read_points(const Registry& registry, std::int64_t run, const std::string& table) {
  Statement row =
      rows_of(registry, run,
              "SELECT s.name, n.name, m.epoch, m.step, m.value FROM " + table + kNames + "WHERE m.run = ?1" + kOrder);
  std::vector<MetricPoint> points;
  while (row.step()) {
    points.push_back({row.text(0), row.text(1), row.integer(2), row.integer(3), row.real(4)});
  }
  return points;
}

std::vector<MetricPoint> selected_points(const Registry& registry, const RunDetails& details) {
  std::vector<MetricPoint> points = details.latest;
  if (!details.summary.best) {
    return points;
  }
  Statement row = rows_of(registry, details.summary.number,
                          "SELECT m.step, m.value FROM metric_points m JOIN metric_names n ON n.id = m.metric "
                          "JOIN splits s ON s.id = n.split WHERE m.run = ?1 AND s.name = ?2 AND n.name = ?3 AND "
                          "m.epoch = ?4 ORDER BY m.step DESC LIMIT 1");
  for (MetricPoint& point : points) {
    if (row.bind(2, point.split).bind(3, point.name).bind(4, details.summary.best->epoch).step()) {
      point.epoch = details.summary.best->epoch;
      point.step = row.integer(0);
      point.value = row.real(1);
    }
    row.reset();
  }
  return points;
}

std::vector<IntervalRecord> read_intervals(const Registry& registry, std::int64_t run) {
  Statement row = rows_of(registry, run,
                          std::string("SELECT s.name, n.name, m.value, m.low, m.high, m.level, m.groups, m.samples, "
                                      "m.replicates, m.redrawn FROM metric_intervals") +
                              kNames + "WHERE m.run = ?1" + kOrder);
  std::vector<IntervalRecord> intervals;
  while (row.step()) {
    intervals.push_back({row.text(0),
                         row.text(1),
                         {row.real(2), row.real(3), row.real(4), row.real(5), row.integer(6), row.integer(7),
                          row.integer(8), row.integer(9)}});
  }
  return intervals;
}

std::vector<EvaluationRecord> read_evaluations(const Registry& registry, std::int64_t run) {
  Statement row = rows_of(registry, run,
                          "SELECT s.name, e.place, d.fingerprint, e.checkpoint, e.epoch, e.time_ms, e.groups_are, "
                          "(SELECT count(*) FROM predictions p WHERE p.run = e.run AND p.split = e.split), "
                          "e.known_images, e.bad_images FROM external_evaluations e JOIN splits s ON s.id = e.split "
                          "JOIN datasets d ON d.id = e.dataset WHERE e.run = ?1 ORDER BY s.name");
  std::vector<EvaluationRecord> evaluations;
  while (row.step()) {
    evaluations.push_back({row.text(0), row.text(1), row.text(2),
                           row.text(3) == "last" ? CheckpointChoice::last : CheckpointChoice::best, row.integer(4),
                           row.integer(5), row.text(6), row.integer(7), row.integer(8), row.integer(9)});
  }
  return evaluations;
}

void read_plugins_and_files(const Registry& registry, RunDetails& details) {
  const std::int64_t run = details.summary.number;
  Statement plugin = rows_of(registry, run,
                             "SELECT kind, name, version, build_id, file, file_sha256 FROM plugins WHERE run = ?1 "
                             "ORDER BY position");
  while (plugin.step()) {
    details.plugins.push_back(
        {plugin.text(0), plugin.text(1), plugin.text(2), plugin.text(3), plugin.text(4), plugin.text(5)});
  }
  Statement artifact =
      rows_of(registry, run, "SELECT path, kind, bytes, sha256 FROM artifacts WHERE run = ?1 ORDER BY path");
  while (artifact.step()) {
    details.artifacts.push_back({artifact.text(0), artifact.text(1), artifact.integer(2), artifact.text(3)});
  }
  Statement event = rows_of(registry, run, "SELECT time_ms, kind, text FROM events WHERE run = ?1 ORDER BY id");
  while (event.step()) {
    details.events.push_back({event.integer(0), event.text(1), event.text(2)});
  }
}

void read_names(const Registry& registry, RunDetails& details) {
  const std::int64_t run = details.summary.number;
  Statement name = rows_of(registry, run, "SELECT name FROM classes WHERE run = ?1 ORDER BY position");
  while (name.step()) {
    details.classes.push_back(name.text(0));
  }
  Statement library = rows_of(registry, run, "SELECT name, version FROM libraries WHERE run = ?1 ORDER BY position");
  while (library.step()) {
    details.environment.libraries.emplace_back(library.text(0), library.text(1));
  }
}

const Scalar* parameter_of(const RunDetails& run, const std::string& key) {
  const auto found = std::find_if(run.parameters.begin(), run.parameters.end(),
                                  [&](const auto& parameter) { return parameter.first == key; });
  return found == run.parameters.end() ? nullptr : &found->second;
}

}  // namespace

RunDetails run_details(const Registry& registry, std::int64_t run) {
  RunDetails details = read_run(registry, run);
  read_names(registry, details);
  details.parameters = read_parameters(registry, run);
  details.latest = read_points(registry, run, "latest_metric");
  details.best = read_points(registry, run, "best_metric");
  details.selected = selected_points(registry, details);
  details.intervals = read_intervals(registry, run);
  details.evaluations = read_evaluations(registry, run);
  read_plugins_and_files(registry, details);
  return details;
}

std::vector<ParameterRow> parameter_differences(const std::vector<RunDetails>& runs) {
  std::vector<ParameterRow> rows;
  const auto is_listed = [&](const std::string& key) {
    return std::any_of(rows.begin(), rows.end(), [&](const ParameterRow& row) { return row.key == key; });
  };
  for (const RunDetails& run : runs) {
    for (const auto& [key, ignored] : run.parameters) {
      if (is_listed(key)) {
        continue;
      }
      ParameterRow row{key, {}};
      for (const RunDetails& other : runs) {
        const Scalar* value = parameter_of(other, key);
        row.values.push_back(value ? std::optional(*value) : std::nullopt);
      }
      rows.push_back(std::move(row));
    }
  }
  std::erase_if(rows, [](const ParameterRow& row) {
    return std::all_of(row.values.begin(), row.values.end(), [&](const auto& value) { return value == row.values[0]; });
  });
  return rows;
}

std::string groups_noun(const RunDetails& run, std::string_view split) {
  for (const EvaluationRecord& evaluation : run.evaluations) {
    if (evaluation.split == split) {
      return evaluation.groups_are;
    }
  }
  bool blocks = false;
  for (const auto& [key, value] : run.parameters) {
    const auto* text = std::get_if<std::string>(&value);
    if (key == "resolved.groups_are" && text != nullptr) {
      return *text;
    }
    blocks = blocks || (key.starts_with("dataset.") && key.ends_with("group.block"));
  }
  return blocks ? "blocks" : "patients";  // of a run that doesn't say it
}

}  // namespace assay
