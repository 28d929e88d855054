#include "run_json.h"

#include <cmath>
#include <iostream>

#include "evaluation_remarks.h"
#include "run_tables.h"
#include "run_text.h"

namespace assay {
namespace {

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json parent_json(const std::optional<Parent>& parent) { return parent ? Json(parent->run) : Json(nullptr); }

Json interval_json(const Interval& interval) {
  return {{"low", to_json(interval.low)}, {"high", to_json(interval.high)}, {"level", interval.level},
          {"patients", interval.groups},  {"samples", interval.samples},    {"replicates", interval.replicates},
          {"redrawn", interval.redrawn}};
}

Json parameters_json(const RunDetails& run) {
  Json parameters = Json::object();
  for (const auto& [key, value] : run.parameters) {
    parameters[key] = std::visit(
        [](const auto& typed) {
          if constexpr (std::is_same_v<std::decay_t<decltype(typed)>, double>) {
            return to_json(typed);
          } else {
            return Json(typed);
          }
        },
        value);
  }
  return parameters;
}

Json intervals_json(const RunDetails& run) {
  Json intervals = Json::object();
  for (const IntervalRecord& record : run.intervals) {
    intervals[record.split][record.name] = interval_json(record.interval);
  }
  return intervals;
}

Json environment_json(const RunDetails& run) {
  const Environment& environment = run.environment;
  Json libraries = Json::object();
  for (const auto& [name, version] : environment.libraries) {
    libraries[name] = version;
  }
  return {{"host", environment.host},
          {"device", environment.device},
          {"git_commit", text_or_null(environment.git_commit)},
          {"git_dirty", environment.git_dirty},
          {"command", environment.command},
          {"libraries", libraries}};
}

Json plugins_json(const RunDetails& run) {
  Json plugins = Json::array();
  for (const PluginRecord& plugin : run.plugins) {
    plugins.push_back({{"kind", plugin.kind},
                       {"name", plugin.name},
                       {"version", plugin.version},
                       {"build_id", plugin.build_id},
                       {"file", plugin.file},
                       {"sha256", plugin.file_sha256}});
  }
  return plugins;
}

Json artifacts_json(const RunDetails& run) {
  Json artifacts = Json::array();
  for (const ArtifactRecord& artifact : run.artifacts) {
    artifacts.push_back(
        {{"path", artifact.path}, {"kind", artifact.kind}, {"bytes", artifact.bytes}, {"sha256", artifact.sha256}});
  }
  return artifacts;
}

Json record_json(const EvaluationRecord& evaluation) {
  return {{"split", evaluation.split},
          {"place", evaluation.place},
          {"dataset_fingerprint", evaluation.dataset_fingerprint},
          {"checkpoint", to_text(evaluation.checkpoint)},
          {"epoch", evaluation.epoch},
          {"time", utc_text(evaluation.time_ms)},
          {"images", evaluation.samples},
          {"groups_are", evaluation.groups_are},
          {"known_images_left_out", evaluation.known_images},
          {"bad_images_left_out", evaluation.bad_images}};
}

Json evaluations_json(const RunDetails& run) {
  Json evaluations = Json::array();
  for (const EvaluationRecord& evaluation : run.evaluations) {
    evaluations.push_back(record_json(evaluation));
  }
  return evaluations;
}

Json events_json(const RunDetails& run) {
  Json events = Json::array();
  for (const EventRecord& event : run.events) {
    events.push_back({{"time", utc_text(event.time_ms)}, {"kind", event.kind}, {"text", event.text}});
  }
  return events;
}

/// What a list and the details of a run begin with.
Json head_json(const RunSummary& run) {
  return {{"name", run.name},
          {"number", run.number},
          {"uuid", run.uuid},
          {"state", to_text(run.state)},
          {"parent", parent_json(run.parent)},
          {"created", utc_text(run.created_ms)},
          {"duration_seconds", static_cast<double>(run.duration_ms) / 1000.0},
          {"epochs", run.epochs ? Json(*run.epochs) : Json(nullptr)},
          {"select", run.select},
          {"best_epoch", run.best ? Json(run.best->epoch) : Json(nullptr)}};
}

}  // namespace

Json to_json(double value) {
  if (std::isnan(value)) {
    return "NaN";
  }
  return std::isinf(value) ? Json(value > 0 ? "Infinity" : "-Infinity") : Json(value);
}

Json metrics_json(const std::vector<MetricPoint>& points) {
  Json metrics = Json::object();
  for (const MetricPoint& point : points) {
    metrics[point.split][point.name] = to_json(point.value);
  }
  return metrics;
}

Json to_json(const RunSummary& run) {
  Json json = head_json(run);
  json["metrics"] = run.best ? metrics_json({*run.best}) : Json::object();
  return json;
}

Json to_json(const RunDetails& run, CheckpointChoice which) {
  Json json = head_json(run.summary);
  json["parent_uuid"] = text_or_null(run.parent_uuid);
  json["folder"] = run.folder.string();
  json["checkpoint"] = to_text(which);
  json["classes"] = run.classes;
  json["positive"] = text_or_null(run.positive);
  json["threshold"] = run.threshold ? to_json(*run.threshold) : Json(nullptr);
  json["threshold_rule"] = text_or_null(run.threshold_rule);
  json["parameters"] = parameters_json(run);
  json["metrics"] = metrics_json(which == CheckpointChoice::best ? run.selected : run.latest);
  json["intervals"] = intervals_json(run);
  json["evaluations"] = evaluations_json(run);
  json["weights_sha256"] = text_or_null(run.weights_sha256);
  json["dataset_fingerprint"] = run.dataset_fingerprint;
  json["split_fingerprint"] = run.split_fingerprint;
  json["environment"] = environment_json(run);
  json["plugins"] = plugins_json(run);
  json["artifacts"] = artifacts_json(run);
  json["events"] = events_json(run);
  return json;
}

Json evaluation_json(const Registry& registry, const RunDetails& run, const EvaluationRecord& evaluation) {
  Json json = {{"run", run.summary.number}, {"name", run.summary.name}, {"uuid", run.summary.uuid}};
  json.update(record_json(evaluation));
  json["threshold"] = run.threshold ? to_json(*run.threshold) : Json(nullptr);
  json["metrics"] = metrics_json(run.latest)[evaluation.split];
  json["intervals"] = intervals_json(run)[evaluation.split];
  json["remarks"] = evaluation_remarks(registry, run, evaluation);
  return json;
}

Json slice_json(const RunDetails& run, const std::string& split, const Slice& slice) {
  Json json = {{"split", split},
               {"value", text_or_null(slice.value)},
               {"images", slice.samples},
               {"groups", slice.groups},
               {"accuracy", to_json(slice.accuracy)}};
  if (slice.figures.empty()) {
    json["only"] = label_names(run)[static_cast<std::size_t>(slice.labels.front())];
  }
  for (const MetricInterval& figure : slice.figures) {
    json["metrics"][figure.metric] = to_json(figure.interval.value);
    json["intervals"][figure.metric] = interval_json(figure.interval);
  }
  return json;
}

void print_json(const Json& json) { std::cout << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n'; }

}  // namespace assay
