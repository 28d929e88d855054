// Registries for the tests of the commands that only read: two runs made by hand, and a thousand copied from one.
#pragma once

#include <filesystem>
#include <string>

#include "assay/registry/run_writer.h"

namespace assay {

/// A run on 40 images of 8 patients.
RunStart query_run(const std::string& name, std::int64_t seed = 1);

/// Records query_run() with 3 epochs (the second is the best), test figures with intervals, predictions, a file and an
/// event; returns its number.
std::int64_t record_query_run(const std::filesystem::path& registry, const RunStart& start, double auroc = 0.9);

/// A registry of 1,000 runs of 60 epochs, 14 metrics and 30 parameters each, on 15,000 images; the newest one has 2,000
/// predictions. Copied by SQL from one run that a RunWriter wrote, since writing them takes a minute.
void write_thousand_runs(const std::filesystem::path& registry);

}  // namespace assay
