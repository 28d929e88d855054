// How times, figures and runs are written for people.
#pragma once

#include <cstdint>
#include <string>

#include "assay/node.h"
#include "assay/registry/queries.h"

namespace assay {

/// "2026-11-22 23:50:11", local time.
std::string time_text(std::int64_t ms);
/// "2026-11-22T23:50:11.123Z", for programs.
std::string utc_text(std::int64_t ms);

/// Four decimals where that says enough, else as many digits as a small or large number needs; "nan", "inf".
std::string figure_text(double value);
/// "0.9123 (0.8710 to 0.9432)", or with "no interval" where there is none.
std::string figure_text(const Interval& interval);
/// A fixed threshold was set in the experiment; any other is chosen on validation.
bool is_fixed_threshold(const RunDetails& run);
/// "0.4375, by balanced_accuracy on validation" or "0.5, set in the experiment", of a run that has one.
std::string threshold_text(const RunDetails& run);
/// "4 patients", "1 block".
std::string groups_text(std::int64_t groups, const RunDetails& run, std::string_view split);

/// "4 patients, 120 images": what a figure rests on; "120 images" where nothing groups them.
std::string basis_text(std::int64_t groups, std::int64_t images, const RunDetails& run, std::string_view split);

/// "run 3 (effnet_crop)".
std::string label_of(const RunSummary& run);

/// A parameter: text without its quotes.
std::string parameter_text(const Scalar& value);

/// The value of a metric in a list of points; nullptr when it is not there.
const MetricPoint* find_metric(const std::vector<MetricPoint>& points, std::string_view split, std::string_view name);
/// The interval of a metric; nullptr when there is none.
const Interval* find_interval(const RunDetails& run, std::string_view split, std::string_view name);

}  // namespace assay
