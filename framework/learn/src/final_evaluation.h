// The end of a run: its best epoch judged on validation and, once, on the test split, at the threshold chosen on
// validation; recorded and summed up for people.
#pragma once

#include <string>

#include "assay/console.h"
#include "assay/registry/run_writer.h"
#include "checkpoint.h"
#include "evaluator.h"
#include "job.h"
#include "training_state.h"

namespace assay {

struct FinishedTraining {
  const Job& job;
  Evaluator& evaluator;  ///< of the model with the best epoch's weights
  const TrainingState& state;
  std::string weights_sha256;  ///< of the last epoch's model
};

/// Throws Interrupted and Failure; the run can then go on with this evaluation alone.
void record_final_evaluation(const FinishedTraining& training, RunWriter& writer, const Checkpoints& checkpoints,
                             Console& console);

}  // namespace assay
