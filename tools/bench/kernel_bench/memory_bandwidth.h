// The ceiling that a kernel's bytes per second are compared with.
#pragma once

namespace assay::bench {

/// Bytes read and written per second by one thread that copies memory larger than any cache; the best of several
/// copies. Takes about a second, the first time.
double memory_bandwidth();

}  // namespace assay::bench
