// A trained model with all that it takes to apply it to pictures: from a run's checkpoint, or from an exported folder.
// What is done with its answers is evaluate.cpp's and predict.cpp's business.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "assay/console.h"
#include "assay/data/loader.h"
#include "assay/data/renderer.h"
#include "assay/experiment.h"
#include "assay/registry/queries.h"
#include "checkpoint.h"
#include "model.h"
#include "task.h"

namespace assay {

/// What a predictor is made of, wherever it comes from.
struct TrainedModel {
  Experiment experiment;                        ///< the run's, resolved: the model's parts, preprocessing, mask
  InputSpec input;                              ///< what the model expects of its pictures
  std::int64_t compute_threads = 0;             ///< with which the run computed: others change the last bits
  std::vector<std::string> classes;             ///< by index
  std::string positive;                         ///< empty with K outputs
  double threshold = 0.0;                       ///< of the positive class; 0 with K outputs
  std::string run;                              ///< uuid
  std::function<void(const Model&)> load_into;  ///< copies the weights into a model that was made from the experiment
};

/// A trained model on its device, in evaluation mode. One thread.
struct Predictor {
  Model model;
  Task task;
  InputSpec input;
  std::shared_ptr<Renderer> renderer;  ///< of the run's own mask
  c10::Device device{c10::kCPU};
  std::int64_t loader_threads = 0;  ///< 0: as many as there are processors
  double threshold = 0.0;
  std::string run;     ///< uuid
  std::string sha256;  ///< of the model's tensors
};

/// A run's checkpoint that may be handed on: the run is finished.
struct FinishedRun {
  RunDetails details;
  CheckpointChoice choice = CheckpointChoice::best;
  CheckpointManifest checkpoint;

  /// The epoch of the chosen checkpoint.
  std::int64_t epoch() const;
  TrainedModel model() const;
};

/// Finds a RUN that is finished. what: "evaluated" or "exported", for messages. Throws InvalidInput that says what to
/// do for one that is still running, was stopped, or has no checkpoint.
FinishedRun find_finished_run(const Registry& registry, const std::string& text, const std::string& what);

/// A RUN's model, whether the run is finished or not. Warns when its threshold is missing or of another epoch. Throws
/// InvalidInput when there is no checkpoint yet.
TrainedModel trained_model(const RunDetails& run, CheckpointChoice choice, const CheckpointManifest& checkpoint,
                           Console& console);

/// The newest checkpoint of a run. Throws InvalidInput when there is none.
CheckpointManifest checkpoint_of(const RunDetails& run);

/// Makes the model, loads its weights and sets this process up to compute. Throws InvalidInput when weights don't fit.
Predictor open_predictor(const TrainedModel& trained, Console& console);

/// Probabilities [N,K] of a loaded batch of at most kFeatureChunk pictures, float32 on the CPU. A picture's row is the
/// same to the bit whatever else is in the batch.
at::Tensor probabilities_of(const Predictor& predictor, const Batch& batch);

/// Logits [N,K] of the same, on the predictor's device.
at::Tensor logits_of(const Predictor& predictor, const Batch& batch);

}  // namespace assay
