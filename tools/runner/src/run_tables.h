// The tables that more than one command prints of a run: figures by split, and who was taken for what.
#pragma once

#include <string>
#include <vector>

#include "assay/registry/queries.h"
#include "assay/registry/slices.h"

namespace assay {

/// Metrics (rows) of splits (columns), each with its interval where there is one; the heading tells over how many
/// patients and images.
void print_figures(const RunDetails& run, const std::vector<MetricPoint>& points,
                   const std::vector<std::string>& splits);

/// A split's images by true class and predicted class; nothing where no predictions or no threshold were recorded.
void print_confusion(const Registry& registry, const RunDetails& run, const std::string& split);

/// A split's figures for each value of a column.
void print_slices(const RunDetails& run, const std::string& split, const std::string& column,
                  const std::vector<Slice>& slices);

/// Names of splits in the order of first occurrence.
std::vector<std::string> splits_of(const std::vector<MetricPoint>& points);

/// What stored labels are called: for one output, what isn't positive first.
std::vector<std::string> label_names(const RunDetails& run);

}  // namespace assay
