// Queries on a registry of 1,000 runs, each as a whole process, and what logging a metric costs the training thread.
#pragma once

#include <filesystem>
#include <vector>

#include "row.h"

namespace assay::bench {

/// scratch: an empty folder.
std::vector<Row> bench_commands(const std::filesystem::path& scratch);

}  // namespace assay::bench
