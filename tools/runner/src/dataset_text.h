// A data set for people: tables of counts, and what deserves a look.
#pragma once

#include <iosfwd>

#include "dataset_counts.h"

namespace assay {

/// Images by source, class and split; groups by split; copies, odd sizes and bad images; the fingerprints.
void print_overview(const Dataset& dataset, const DatasetCounts& counts, std::ostream& out);

/// Every group with its split and images: the patient list that a paper needs.
void print_groups(const Dataset& dataset, const DatasetCounts& counts, std::ostream& out);

}  // namespace assay
