// A run from its opened job to its end: features, training, final evaluation, and a state that is true however it ends.
#pragma once

#include <optional>

#include "assay/console.h"
#include "assay/registry/run_writer.h"
#include "checkpoint.h"
#include "feature_plan.h"
#include "job.h"

namespace assay {

/// Trains and judges, and finishes the writer: completed, interrupted or failed. manifest: of a run that goes on.
/// Throws what ended the run: Interrupted, Failure, InvalidInput.
void conduct(Job& job, const FeaturePlan& plan, RunWriter& writer, Checkpoints& checkpoints,
             const std::optional<CheckpointManifest>& manifest, Console& console);

}  // namespace assay
