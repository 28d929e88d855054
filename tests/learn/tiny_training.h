// A whole training of a tiny model on a small synthetic set, without plugins and without a registry: what the tests of
// the trainer, its checkpoints and its feature cache stand on.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "assay/console.h"
#include "assay/data/dataset.h"
#include "assay/data/renderer.h"
#include "assay/data/sampler.h"
#include "assay/experiment.h"
#include "checkpoint.h"
#include "model.h"
#include "task.h"
#include "trainer.h"

namespace assay::testing {

/// A folder of its own for one test, removed at its end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Two stages of one convolution with batch norm each, 8 channels.
Model tiny_model(std::uint64_t seed, const std::string& freeze, std::int64_t outputs = 1, double dropout = 0.25);

/// The demo set with 60 images of 12 patients, rendered once in a process. Classes are healthy and malignant.
const Dataset& small_dataset();

/// An experiment with 4 epochs of batches of 8, the cosine schedule and the default optimiser.
Experiment tiny_experiment();

enum class Source { cached, loaded };

/// What a training left behind.
struct TrainingOutcome {
  std::string hash;                       ///< of all of the model
  std::map<std::string, double> metrics;  ///< "validation.auroc@3"
  TrainingState state;
  std::string failure;  ///< what it threw
  bool interrupted = false;
};

struct TinyTraining {
  Experiment experiment = tiny_experiment();
  std::filesystem::path folder;  ///< of the run
  std::string freeze = "all";
  Source source = Source::cached;
  std::int64_t views = 2;
  FeatureKind kind = FeatureKind::pooled;  ///< of what is cached
  DType dtype = DType::f32;                ///< likewise
  std::vector<std::shared_ptr<Augmentation>> mixing;
  std::int64_t loader_threads = 1;
  std::int64_t outputs = 1;
  double dropout = 0.25;
  /// Called before each training step's forward pass with the number of steps this process has made.
  std::function<void(std::int64_t)> before_step;
};

/// Trains; goes on from the folder's checkpoint when there is one. Changes nothing but the folder.
TrainingOutcome train(const TinyTraining& training);

}  // namespace assay::testing
