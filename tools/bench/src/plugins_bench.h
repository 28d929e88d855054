// What plugins cost beside their own work: loading them, and noting what they are at.
#pragma once

#include <vector>

#include "row.h"

namespace assay::bench {

/// Finding, opening and checking every built-in plugin, in a process that has LibTorch open; and the note that
/// a call into a plugin leaves for crash reports.
std::vector<Row> bench_plugins();

}  // namespace assay::bench
