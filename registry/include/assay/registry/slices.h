// Predictions told apart by what is known of their images: site, stain, scanner, source. A model that does well on the
// whole may fail on one scanner.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "assay/registry/bootstrap.h"
#include "assay/registry/queries.h"

namespace assay {

/// The images that share a value.
struct Slice {
  std::string value;                    ///< empty: images without one
  std::int64_t samples = 0;             ///< images
  std::int64_t groups = 0;              ///< patients
  std::vector<std::int32_t> labels;     ///< that occur, ascending, as in Predictions::labels
  double accuracy = 0.0;                ///< share called right
  std::vector<MetricInterval> figures;  ///< as bootstrap_intervals gives them; empty when only one label occurs
};

/// What slices_by() takes: the manifest's further columns that a stored image has, in alphabetical order, then "source"
/// and "group".
std::vector<std::string> slice_columns(const StoredPredictions& stored);

/// A slice for each value of a column, in the order of values as people count: images without one, then numbers ("2"
/// before "10"), then text. Throws InvalidInput for an unknown column, naming those that exist; else as
/// bootstrap_intervals does.
std::vector<Slice> slices_by(const StoredPredictions& stored, const std::string& column, double threshold,
                             const BootstrapOptions& options = {});

}  // namespace assay
