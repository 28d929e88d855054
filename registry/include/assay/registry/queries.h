// Reading the registry: naming a run, listing runs, and everything that is known of one.
// Functions take an open Registry and run in the caller's thread; they throw Failure when the file can't be read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "assay/node.h"
#include "assay/registry/bootstrap.h"
#include "assay/registry/predictions.h"
#include "assay/registry/registry.h"
#include "assay/registry/run.h"

namespace assay {

/// What a RUN on the command line names.
struct RunReference {
  std::int64_t number = 0;
  std::optional<CheckpointChoice> checkpoint;  ///< of ":best" or ":last"
};

/// A RUN is its number, its name (the newest run of that name), `name@2` (the second run of that name), a prefix of its
/// uuid of six or more characters, `latest`, or `latest~1` (the one before); `:best` or `:last` at the end picks the
/// checkpoint. Throws InvalidInput when no run or more than one uuid fits, with near names.
RunReference find_run(const Registry& registry, std::string_view text);

/// A value of a metric with where it was measured. A NaN stays NaN.
struct MetricPoint {
  std::string split;
  std::string name;
  std::int64_t epoch = 0;
  std::int64_t step = 0;
  double value = 0.0;
};

/// One line of a list.
struct RunSummary {
  std::int64_t number = 0;
  std::string uuid;
  std::string name;
  RunState state = RunState::running;  ///< crashed is found out by looking at the lock
  std::optional<Parent> parent;
  std::int64_t created_ms = 0;         ///< milliseconds since 1970, UTC
  std::int64_t duration_ms = 0;        ///< time at work: pauses before a resume don't count, nor time after a crash
  std::optional<std::int64_t> epochs;  ///< the last epoch with a metric
  std::string select;                  ///< "validation.auroc"
  std::optional<MetricPoint> best;     ///< the best value of `select`
};

/// Newest first; at most limit (0: all).
std::vector<RunSummary> list_runs(const Registry& registry, std::int64_t limit = 0);

struct ArtifactRecord {
  std::string path;  ///< relative to the run's folder
  std::string kind;
  std::int64_t bytes = 0;
  std::string sha256;
};

struct EventRecord {
  std::int64_t time_ms = 0;
  std::string kind;
  std::string text;
};

struct IntervalRecord {
  std::string split;
  std::string name;
  Interval interval;
};

/// What is known of a run, apart from histories and predictions.
struct RunDetails {
  RunSummary summary;
  std::string parent_uuid;
  std::string parent_name;
  std::filesystem::path folder;  ///< absolute
  std::string experiment;        ///< the resolved experiment as TOML
  Environment environment;
  std::string dataset_fingerprint;
  std::string split_fingerprint;
  std::vector<std::string> classes;
  std::string positive;
  std::optional<double> threshold;
  std::string threshold_rule;
  std::string weights_sha256;
  std::vector<std::pair<std::string, Scalar>> parameters;  ///< dotted keys, in the order of the experiment
  std::vector<MetricPoint> latest;                         ///< last value of each metric: train, validation, test
  std::vector<MetricPoint> best;                           ///< best value of each metric over the epochs
  std::vector<MetricPoint> selected;  ///< of each metric the value in the epoch that `select` chose, else the last one
  std::vector<IntervalRecord> intervals;
  std::vector<PluginRecord> plugins;
  std::vector<ArtifactRecord> artifacts;
  std::vector<EventRecord> events;
};

/// Throws InvalidInput when there is no such run.
RunDetails run_details(const Registry& registry, std::int64_t run);

/// Every value of a run, by epoch, step, split, name; only of one metric when split and name are given.
std::vector<MetricPoint> metric_history(const Registry& registry, std::int64_t run, std::string_view split = {},
                                        std::string_view name = {});

/// A parameter and its value in each of the runs; nullopt where a run has no such parameter.
struct ParameterRow {
  std::string key;
  std::vector<std::optional<Scalar>> values;
};

/// The parameters whose values are not the same in all runs, in the order of the first run that has them.
std::vector<ParameterRow> parameter_differences(const std::vector<RunDetails>& runs);

/// Predictions as they were recorded, with the samples they belong to. samples[i] of predictions indexes `records`.
struct StoredPredictions {
  Predictions predictions;            ///< groups are numbered by patient, so the bootstrap can use them as they are
  std::vector<SampleRecord> records;  ///< one for each prediction
  std::int64_t epoch = 0;             ///< of the model that made them
};

/// Empty when nothing was recorded for the split.
StoredPredictions stored_predictions(const Registry& registry, std::int64_t run, std::string_view split);

/// How many images and groups of a run's data set lie in each split.
struct SplitCount {
  std::string split;
  std::int64_t samples = 0;
  std::int64_t groups = 0;  ///< 0 for data without groups
};
std::vector<SplitCount> split_counts(const Registry& registry, std::int64_t run);

}  // namespace assay
