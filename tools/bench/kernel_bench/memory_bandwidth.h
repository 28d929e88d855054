// The ceiling that a kernel's bytes per second are compared with.
#pragma once

namespace assay::bench {

/// Bytes read and written per second by so many threads that copy memory larger than any cache; the best of several
/// copies. Takes about a second, the first time for a number of threads: ask before benchmarks run. Any thread may ask.
double memory_bandwidth(int threads);

}  // namespace assay::bench
