#include "training_bench.h"

#include "assay/data/dataset.h"
#include "assay/experiment.h"
#include "hand_loop.h"
#include "process.h"

namespace assay::bench {
namespace {

const std::string kExperiment = ASSAY_SOURCE_DIR "/experiments/effnet_crop.toml";
constexpr int kRepeats = 3;

/// Seconds of the main job with settings.
double seconds_of_run(const std::filesystem::path& scratch, const std::vector<std::string>& settings) {
  std::vector<std::string> arguments = {"run", kExperiment};
  for (const std::string& setting : settings) arguments.insert(arguments.end(), {"--set", setting});
  return seconds_of_runner(arguments, scratch);
}

/// Seconds of one epoch: the difference of a long run and a short one, so that start-up and final evaluation drop out.
double seconds_of_epoch(const std::filesystem::path& scratch, std::vector<std::string> settings, int few, int many) {
  settings.push_back("training.epochs=" + std::to_string(few));
  const double short_run = seconds_of_run(scratch, settings);
  settings.back() = "training.epochs=" + std::to_string(many);
  return (seconds_of_run(scratch, settings) - short_run) / (many - few);
}

/// What an epoch of the main job with settings has to do.
Work work_of(const std::vector<std::string>& settings) {
  const Experiment experiment = read_experiment(kExperiment, settings);
  const Dataset dataset = open_dataset(experiment.dataset, cache_folder());
  const auto count = [&](Split split) { return static_cast<std::int64_t>(dataset.of_split(split).size()); };
  return {count(Split::train), count(Split::validation), experiment.training.batch_size};
}

std::vector<std::string> files_of(const std::vector<std::string>& settings, Split split) {
  const Dataset dataset = open_dataset(read_experiment(kExperiment, settings).dataset, cache_folder());
  std::vector<std::string> files;
  for (const std::int64_t sample : dataset.of_split(split)) {
    files.push_back(dataset.samples[static_cast<std::size_t>(sample)].path.string());
  }
  return files;
}

}  // namespace

Row bench_cached_step(const std::filesystem::path& scratch) {
  const std::vector<std::string> settings = {"dataset.demo.images=2000", "dataset.demo.patients=80",
                                             "pipeline.views=1",         "preprocessing.size=32",
                                             "backbone.weights=none",    "sampler.plugin=random"};
  const Work work = work_of(settings);
  seconds_of_epoch(scratch, settings, 1, 2);  // extracts the features, which later runs find
  std::vector<double> ours;
  std::vector<double> hand;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    ours.push_back(1e6 * seconds_of_epoch(scratch, settings, 20, 220) / static_cast<double>(work.steps()));
    hand.push_back(1e6 * seconds_of_cached_epoch(work, 200) / static_cast<double>(work.steps()));
  }
  return {"cached training step (head 1280-256-1, batch 64)",
          "us",
          median(ours),
          "LibTorch loop by hand",
          median(hand),
          "under 50 us more",
          median(ours) - median(hand) < 50};
}

Row bench_uncached_step(const std::filesystem::path& scratch) {
  constexpr int kSize = 128;
  const std::vector<std::string> settings = {"dataset.demo.images=120",
                                             "dataset.demo.patients=12",
                                             "dataset.demo.size=128",
                                             "pipeline.views=0",
                                             "preprocessing.size=" + std::to_string(kSize),
                                             "training.batch_size=32",
                                             "sampler.plugin=random",
                                             "backbone.weights=none",
                                             "backbone.freeze=none"};
  const Work work = work_of(settings);
  const std::vector<std::string> training = files_of(settings, Split::train);
  const std::vector<std::string> validation = files_of(settings, Split::validation);
  std::vector<double> ours;
  std::vector<double> hand;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    const auto steps = static_cast<double>(work.steps());
    ours.push_back(seconds_of_epoch(scratch, settings, 1, 4) / steps);
    hand.push_back(seconds_of_uncached_epoch(training, validation, work.batch_size, kSize, 3) / steps);
  }
  return {"uncached training step (lite0, 128 px, batch 32)",
          "s",
          median(ours),
          "LibTorch and OpenCV loop by hand",
          median(hand),
          "under 1.03",
          median(ours) / median(hand) < 1.03};
}

Row bench_feature_cache(const std::filesystem::path& scratch) {
  const double cached = seconds_of_run(scratch, {});
  const double epoch = seconds_of_epoch(scratch, {"training.feature_cache=off"}, 1, 3);
  return {"500 epochs of effnet_crop.toml, from an empty cache",
          "s",
          cached,
          "feature_cache = off, extrapolated",
          500 * epoch,
          "minutes",
          cached < 600};
}

}  // namespace assay::bench
