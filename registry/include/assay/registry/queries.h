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
  std::int64_t number = 0;                     ///< the run's
  std::optional<CheckpointChoice> checkpoint;  ///< of ":best" or ":last"
};

/// A RUN is its number, its name (the newest run of that name), `name@2` (the second run of that name), a prefix of its
/// uuid of six or more characters, `latest`, or `latest~1` (the one before); `:best` or `:last` at the end picks the
/// checkpoint. Throws InvalidInput when no run or more than one uuid fits, with near names.
RunReference find_run(const Registry& registry, std::string_view text);

/// A value of a metric with where it was measured. A NaN stays NaN.
struct MetricPoint {
  std::string split;       ///< "train", "validation", "test", ...
  std::string name;        ///< of the metric
  std::int64_t epoch = 0;  ///< it belongs to
  std::int64_t step = 0;   ///< it belongs to
  double value = 0.0;      ///< as recorded
};

/// One line of a list.
struct RunSummary {
  std::int64_t number = 0;             ///< in this registry
  std::string uuid;                    ///< everywhere
  std::string name;                    ///< need not be unique
  RunState state = RunState::running;  ///< crashed is found out by looking at the lock
  std::optional<Parent> parent;        ///< the run it continues
  std::int64_t created_ms = 0;         ///< milliseconds since 1970, UTC
  std::int64_t duration_ms = 0;        ///< time at work: pauses before a resume don't count, nor time after a crash
  std::optional<std::int64_t> epochs;  ///< the last epoch with a metric
  std::string select;                  ///< "validation.auroc"
  std::optional<MetricPoint> best;     ///< the best value of `select`
};

/// Newest first; at most limit (0: all).
std::vector<RunSummary> list_runs(const Registry& registry, std::int64_t limit = 0);

/// A file of a run's folder, as it was when it was recorded.
struct ArtifactRecord {
  std::string path;        ///< relative to the run's folder
  std::string kind;        ///< "checkpoint.best", "log", ...
  std::int64_t bytes = 0;  ///< size of the file
  std::string sha256;      ///< 64 hexadecimal digits
};

/// Something that happened to a run.
struct EventRecord {
  std::int64_t time_ms = 0;  ///< milliseconds since 1970, UTC
  std::string kind;          ///< one word
  std::string text;          ///< one line for people
};

/// A stored interval with the metric it belongs to.
struct IntervalRecord {
  std::string split;  ///< where it was measured
  std::string name;   ///< of the metric
  Interval interval;  ///< value and ends
};

/// What is known of an external evaluation beside its figures and predictions, which stand under its split.
struct EvaluationRecord {
  std::string split;                                     ///< "external.cnmc"
  std::string place;                                     ///< folder, manifest or experiment, absolute
  std::string dataset_fingerprint;                       ///< of the images that were judged
  CheckpointChoice checkpoint = CheckpointChoice::best;  ///< which of the run's models
  std::int64_t epoch = 0;                                ///< of that model
  std::int64_t time_ms = 0;                              ///< when, milliseconds since 1970, UTC
  std::string groups_are;                                ///< "patients", "blocks" or "images"
  std::int64_t samples = 0;                              ///< images that were judged
  std::int64_t known_images = 0;                         ///< left out: the run was trained or chosen on them
  std::int64_t bad_images = 0;                           ///< left out: they can't be read
};

/// What is known of a run, apart from histories and predictions.
struct RunDetails {
  RunSummary summary;                                      ///< as in a list
  std::string parent_uuid;                                 ///< empty without a parent
  std::string parent_name;                                 ///< empty without a parent
  std::filesystem::path folder;                            ///< absolute
  std::string experiment;                                  ///< the resolved experiment as TOML
  Environment environment;                                 ///< where and with what
  std::string dataset_fingerprint;                         ///< see RunStart
  std::string split_fingerprint;                           ///< see RunStart
  std::vector<std::string> classes;                        ///< by index
  std::string positive;                                    ///< empty with K outputs
  std::optional<double> threshold;                         ///< chosen on validation
  std::string threshold_rule;                              ///< that chose it
  std::string weights_sha256;                              ///< the run ended with
  std::vector<std::pair<std::string, Scalar>> parameters;  ///< dotted keys, in the order of the experiment
  std::vector<MetricPoint> latest;                         ///< last value of each metric: train, validation, test
  std::vector<MetricPoint> best;                           ///< best value of each metric over the epochs
  std::vector<MetricPoint> selected;  ///< of each metric the value in the epoch that `select` chose, else the last one
  std::vector<IntervalRecord> intervals;      ///< of all splits
  std::vector<PluginRecord> plugins;          ///< that took part
  std::vector<ArtifactRecord> artifacts;      ///< files of its folder
  std::vector<EvaluationRecord> evaluations;  ///< external ones, in the order of their splits
  std::vector<EventRecord> events;            ///< in order
};

/// Throws InvalidInput when there is no such run.
RunDetails run_details(const Registry& registry, std::int64_t run);

/// What the groups of a split are: "patients", "blocks" of neighbouring files, "images" where nothing groups them, or
/// "groups" where sources differ. A block is no patient, and must not look like one beside an interval.
std::string groups_noun(const RunDetails& run, std::string_view split);

/// Every value of a run, by epoch, step, split, name; only of one metric when split and name are given.
std::vector<MetricPoint> metric_history(const Registry& registry, std::int64_t run, std::string_view split = {},
                                        std::string_view name = {});

/// A parameter and its value in each of the runs; nullopt where a run has no such parameter.
struct ParameterRow {
  std::string key;                            ///< dotted
  std::vector<std::optional<Scalar>> values;  ///< one for each run
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

/// The images of a run's data set with their splits, in the order in which they were recorded; without further values.
std::vector<SampleRecord> run_samples(const Registry& registry, std::int64_t run);

/// How many images and groups of a run's data set lie in each split.
struct SplitCount {
  std::string split;         ///< its name
  std::int64_t samples = 0;  ///< images
  std::int64_t groups = 0;   ///< 0 for data without groups
};
/// Train, validation, test, then others.
std::vector<SplitCount> split_counts(const Registry& registry, std::int64_t run);

}  // namespace assay
