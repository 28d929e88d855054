// What an experiment becomes before anything is trained: the opened data set, the plugins' objects, the model with its
// weights on its device, and what they agree on. Everything that can be wrong with an experiment is found here.
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "assay/console.h"
#include "assay/data/dataset.h"
#include "assay/data/renderer.h"
#include "assay/data/sampler.h"
#include "assay/experiment.h"
#include "assay/learn/weights.h"
#include "assay/registry/run.h"
#include "checkpoint.h"
#include "feature_extractor.h"
#include "model.h"
#include "task.h"

namespace assay {

struct Job {
  Experiment experiment;
  std::vector<PluginRecord> plugins;  ///< that take part, as loaded
  c10::Device device{c10::kCPU};
  std::int64_t compute_threads = 0;
  Dataset dataset;
  Model model;
  std::optional<WeightChoice> weights;  ///< what the backbone started from; not looked for when a checkpoint holds it
  InputSpec input;
  Task task;
  std::shared_ptr<Sampler> sampler;
  std::shared_ptr<Renderer> renderer;

  std::uint64_t seed() const { return static_cast<std::uint64_t>(experiment.seed); }
  /// Distinct views of a training image: pipeline.views, but one when nothing varies; 0: a new one each epoch.
  std::int64_t views() const;
  PictureSource pictures() const { return {dataset, *renderer, experiment.pipeline.threads}; }
};

/// Opens all that a run needs. checkpoint: of a run that goes on; its input is taken, and the backbone's weights, which
/// are in it, aren't looked for. Sets this process's compute threads and determinism. Throws InvalidInput.
Job open_job(Experiment experiment, const std::optional<CheckpointManifest>& checkpoint, Console& console);

/// The model of an experiment without weights, frozen as the experiment says.
Model make_model(const PluginCatalog& catalog, const Experiment& experiment);

/// The renderer of an experiment; augmentations may be empty when only plain pictures are wanted. pack: its pictures;
/// nullptr: each is decoded when it is wanted, which is right for those that are looked at once.
std::shared_ptr<Renderer> make_renderer(const Experiment& experiment, const InputSpec& input,
                                        AugmentationChain augmentations,
                                        std::shared_ptr<const PackedCache> pack = nullptr);

/// Warns of what opening a data set found, and of the bad images that were left out.
void tell(const Dataset& dataset, Console& console);

/// Gets this process ready to compute: allocator, determinism, number of threads. Returns the number of threads.
std::int64_t prepare_process(std::int64_t compute_threads);

}  // namespace assay
