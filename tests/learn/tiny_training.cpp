#include "tiny_training.h"

#include <torch/nn/functional/dropout.h>
#include <torch/nn/modules/linear.h>
#include <unistd.h>

#include <numeric>

#include "assay/error.h"
#include "assay/learn/blocks.h"
#include "assay/learn/freezing.h"
#include "assay/learn/initialise.h"
#include "compute_threads.h"
#include "determinism.h"
#include "feature_cache.h"

namespace assay::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSize = 32;

class TinyBackbone : public Backbone {
 public:
  TinyBackbone() {
    add("first", std::make_shared<ConvNorm>(
                     ConvNormOptions{.in = 3, .out = 4, .kernel = 3, .stride = 4, .activation = Activation::relu}));
    add("second", std::make_shared<ConvNorm>(
                      ConvNormOptions{.in = 4, .out = 8, .kernel = 3, .stride = 2, .activation = Activation::relu}));
  }
  std::int64_t channels() const override { return 8; }
  std::int64_t smallest_input() const override { return 8; }
};

// With dropout, so that a resumed training is the same only when its random numbers are.
class TinyHead : public Head {
 public:
  TinyHead(std::int64_t outputs, double dropout) : outputs_(outputs), dropout_(dropout) {}
  void build(std::int64_t channels) override {
    linear_ = register_module("linear", torch::nn::Linear(channels, outputs_));
  }
  std::int64_t outputs() const override { return outputs_; }
  torch::Tensor forward(torch::Tensor pooled) override {
    const auto options = torch::nn::functional::DropoutFuncOptions().p(dropout_).training(is_training());
    return linear_->forward(torch::nn::functional::dropout(pooled, options));
  }

 private:
  std::int64_t outputs_;
  double dropout_;
  torch::nn::Linear linear_{nullptr};
};

// Four batches of eight in an order of the epoch; some positions come twice, or not at all.
class ShuffledSampler : public Sampler {
 public:
  std::vector<std::int64_t> epoch(const Population& population, Random& random) const override {
    std::vector<std::int64_t> order(population.labels.size());
    std::iota(order.begin(), order.end(), 0);
    random.shuffle(std::span(order));
    for (std::size_t i = 0; order.size() < 32; ++i) order.push_back(order[i]);
    order.resize(32);
    random.shuffle(std::span(order));
    return order;
  }
};

class Turn : public Augmentation {
 public:
  void sample(View& view, Random& random) const override { view.rotate(random.uniform(-90.0, 90.0)); }
};

class WatchedBatches : public TrainingBatches {
 public:
  WatchedBatches(std::unique_ptr<TrainingBatches> batches, std::function<void(std::int64_t)> before)
      : batches_(std::move(batches)), before_(std::move(before)) {}
  void begin(const Shown& shown) override { batches_->begin(shown); }
  void announce(const Shown& shown) override { batches_->announce(shown); }
  bool mixes() const override { return batches_->mixes(); }
  TrainingBatch next() override {
    if (before_) before_(made_);
    ++made_;
    return batches_->next();
  }

 private:
  std::unique_ptr<TrainingBatches> batches_;
  std::function<void(std::int64_t)> before_;
  std::int64_t made_ = 0;
};

std::unique_ptr<TrainingBatches> batches_of(const TinyTraining& training, const Model& model,
                                            const PictureSource& pictures, FeatureCache& cache) {
  const TrainingSplit split(pictures.dataset);
  const c10::Device cpu(c10::kCPU);
  if (training.source == Source::loaded) {
    return std::make_unique<LoadedBatches>(model, pictures, cpu, split.samples, training.views,
                                           static_cast<std::uint64_t>(training.experiment.seed));
  }
  FeatureRows views;
  for (std::int64_t view = 0; view < training.views; ++view) {
    std::vector<Request> requests;
    for (const std::int64_t sample : split.samples) {
      requests.push_back(training_request(sample, view, 0, training.views));
    }
    views.append(cache.rows(requests, training.dtype));
  }
  return std::make_unique<CachedBatches>(model, views, training.views, training.kind, cpu);
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "assay_learn_XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw Failure("no temporary folder");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Model tiny_model(std::uint64_t seed, const std::string& freeze_what, std::int64_t outputs, double dropout) {
  Model model{std::make_shared<TinyBackbone>(), std::make_shared<TinyHead>(outputs, dropout)};
  model.head->build(model.backbone->channels());
  Random backbone = backbone_random(seed);
  Random head = head_random(seed);
  model.backbone->initialise(backbone);
  model.head->initialise(head);
  freeze(*model.backbone, freeze_what);
  return model;
}

const Dataset& small_dataset() {
  static const TemporaryFolder cache;
  static const Dataset dataset = [] {
    DatasetOptions options;
    options.path = "demo";
    options.demo = {.images = 60, .patients = 12, .size = kSize};
    options.positive = "malignant";
    options.split = SplitOptions{.validation = 0.25, .test = 0.25, .seed = 0};
    return open_dataset(options, cache.path());
  }();
  return dataset;
}

Experiment tiny_experiment() {
  Experiment experiment;
  experiment.name = "tiny";
  experiment.seed = 7;
  experiment.training.epochs = 4;
  experiment.training.batch_size = 8;
  experiment.training.schedule = CosineScheduleOptions{1.0, 0.0};
  experiment.evaluation.select = "validation.loss";
  return experiment;
}

TrainingOutcome train(const TinyTraining& training) {
  require_deterministic_algorithms();
  set_compute_threads(1);
  const Dataset& dataset = small_dataset();
  const c10::Device cpu(c10::kCPU);
  InputSpec input;
  input.size = kSize;
  Renderer::Options rendering;
  rendering.seed = static_cast<std::uint64_t>(training.experiment.seed);
  rendering.input = input;
  std::vector<std::shared_ptr<Augmentation>> augmentations = {std::make_shared<Turn>()};
  augmentations.insert(augmentations.end(), training.mixing.begin(), training.mixing.end());
  rendering.augmentations = AugmentationChain(augmentations);
  const Renderer renderer(rendering);
  const PictureSource pictures{dataset, renderer, training.loader_threads};
  const Model model = tiny_model(rendering.seed, training.freeze, training.outputs, training.dropout);
  const Task task = make_task(dataset, training.outputs, "auto");
  Console console;
  Checkpoints checkpoints(training.folder);
  const auto manifest = checkpoints.manifest();
  if (manifest) checkpoints.load_frozen(*manifest, model.frozen());
  checkpoints.write_frozen(model.frozen());
  FeatureCache cache(model, pictures, cpu, training.kind, {}, {}, console);
  WatchedBatches batches(batches_of(training, model, pictures, cache), training.before_step);
  Evaluator evaluator(model, task, pictures, cpu, model.backbone->is_frozen() ? &cache : nullptr);
  TrainingOutcome outcome;
  const auto sampler = std::make_shared<ShuffledSampler>();
  Trainer trainer({training.experiment, task, dataset, sampler, model, cpu, batches, evaluator, checkpoints, input,
                   Machine{1, "cpu", "test", "test"}, console},
                  [&](const char* split, const std::string& name, std::int64_t epoch, std::int64_t, double value) {
                    outcome.metrics[std::string(split) + "." + name + "@" + std::to_string(epoch)] = value;
                  });
  try {
    if (manifest) trainer.restore(*manifest);
    trainer.train();
  } catch (const Interrupted&) {
    outcome.interrupted = true;
  } catch (const std::exception& error) {
    outcome.failure = error.what();
  }
  outcome.state = trainer.state();
  outcome.hash = hash_of(model.state());
  return outcome;
}

}  // namespace assay::testing
