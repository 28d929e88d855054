// The commands behind assay_learn_commands(), each in a file of its own, and what they share.
#pragma once

#include "assay/learn/commands.h"
#include "assay/registry/registry.h"
#include "assay/registry/run_writer.h"
#include "job.h"

namespace assay {

std::int64_t run_experiment(const RunRequest& request, Console& console);
std::int64_t resume_run(const ResumeRequest& request, Console& console);
std::int64_t evaluate_run(const EvaluateRequest& request, Console& console);
void predict_images(const PredictRequest& request, Console& console, PredictionSink& sink);
void export_run(const ExportRequest& request, Console& console);

/// The first lines of a run: registry, number, folder and device.
void tell_run(const RunWriter& writer, const Registry& registry, const Job& job, Console& console);

}  // namespace assay
