// What is recorded of a run beside its results: where, with what and from what it was made.
#pragma once

#include <filesystem>
#include <string>

#include "assay/registry/run.h"
#include "feature_cache.h"
#include "feature_plan.h"
#include "job.h"
#include "training_state.h"

namespace assay {

/// The record of a run as it starts. command: the command line.
RunStart run_start(const Job& job, const FeaturePlan& plan, const std::string& command);

/// The images of a data set with all that is known of each.
std::vector<SampleRecord> sample_records(const Dataset& dataset);

/// What exactness depends on beside the state.
Machine machine_of(const Job& job);

/// In what two machines differ, as a clause ("1 compute thread instead of 2"); empty when training goes on exactly.
std::string inexact_because(const Machine& before, const Machine& now);

/// What kept features of this kind depend on.
FeatureIdentity feature_identity(const Job& job, FeatureKind kind);

/// Most memory this process has held so far, bytes; 0 where the kernel doesn't say.
double peak_memory();

}  // namespace assay
