// Registries for the tests of the commands that only read: runs made by hand, without a model.
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

}  // namespace assay
