// The images of data sets in the registry: stored once for all runs and evaluations on the same images.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "assay/registry/run.h"
#include "database.h"

namespace assay {

/// A data set's row, and those of its samples in the order of the records.
struct StoredSamples {
  std::int64_t dataset = 0;
  std::vector<std::int64_t> ids;
};

/// Finds the data set that has this fingerprint and exactly these samples, or adds it: images that were renamed have
/// the fingerprint of before and rows of their own. Inside a transaction.
StoredSamples store_samples(Database& database, const std::string& fingerprint, std::span<const SampleRecord> samples);

/// The row of a split's name, made when it is new. Inside a transaction.
std::int64_t id_of_split(Database& database, const std::string& name);

}  // namespace assay
