// Runs as JSON. The keys are a part of the program's interface: name, number, uuid, state, parent, parameters (dotted,
// typed), metrics.<split>.<metric>, artifacts[], weights_sha256. New keys may be added, none of these renamed.
#pragma once

#include <nlohmann/json.hpp>

#include "assay/registry/queries.h"
#include "assay/registry/slices.h"

namespace assay {

using Json = nlohmann::ordered_json;

/// A finite number; else the text "NaN", "Infinity" or "-Infinity", because JSON has no such numbers.
Json to_json(double value);

/// One line of a list. metrics holds only the best value of the metric by which epochs are chosen.
Json to_json(const RunSummary& run);

/// A whole run. which: the checkpoint whose epoch the metrics are of; test figures are always those recorded last.
Json to_json(const RunDetails& run, CheckpointChoice which);

/// metrics.<split>.<metric>
Json metrics_json(const std::vector<MetricPoint>& points);

/// One external evaluation with its figures and remarks.
Json evaluation_json(const Registry& registry, const RunDetails& run, const EvaluationRecord& evaluation);

/// A slice with its figures; "only" names the class of one that holds no other.
Json slice_json(const RunDetails& run, const std::string& split, const Slice& slice);

/// Prints indented text; bytes that are not UTF-8 are replaced.
void print_json(const Json& json);

}  // namespace assay
