#include "loading_bench.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <fstream>
#include <span>
#include <variant>

#include "assay/console.h"
#include "assay/data/dataset.h"
#include "assay/data/loader.h"
#include "assay/data/packed_cache.h"
#include "assay/data/renderer.h"
#include "assay/error.h"
#include "assay/experiment.h"
#include "assay/hash.h"
#include "assay/random.h"
#include "parallel.h"
#include "picture.h"

namespace assay::bench {
namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point begun) { return std::chrono::duration<double>(Clock::now() - begun).count(); }

/// RssAnon of this process, MB.
double anonymous_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return std::stod(line.substr(line.find(':') + 1)) / 1024;
  }
  throw Failure("/proc/self/status has no RssAnon");
}

Renderer make_renderer(const Experiment& experiment, std::shared_ptr<const PackedCache> pack) {
  Renderer::Options options = renderer_options(experiment, resolve_input(experiment.preprocessing, InputSpec{}));
  options.augmentations = AugmentationChain(catalog_for(experiment.plugins), experiment.augmentations);
  options.pack = std::move(pack);
  return Renderer(std::move(options));
}

void add(Sha256& hash, const BatchPixels& pixels) {
  std::visit([&](const auto& numbers) { hash.update(std::as_bytes(std::span(numbers))); }, pixels);
}

/// All images of the data set, augmented for an epoch, in an order of that epoch's own: training and the peers don't
/// walk through their pictures from the first to the last either.
std::vector<Request> requests_of(const Dataset& dataset, int epoch) {
  std::vector<Request> requests;
  requests.reserve(dataset.samples.size());
  for (std::size_t i = 0; i < dataset.samples.size(); ++i) {
    requests.push_back({static_cast<std::int64_t>(i), true, static_cast<std::uint32_t>(epoch), 0});
  }
  constexpr std::uint64_t kSeed = 1;
  Random(kSeed, Purpose::sampler, static_cast<std::uint32_t>(epoch)).shuffle(std::span(requests));
  return requests;
}

/// Takes the batches of one epoch.
void load_epoch(Loader& loader, std::int64_t batches, Sha256* hash) {
  for (std::int64_t i = 0; i < batches; ++i) {
    const Batch* batch = loader.next();
    if (batch == nullptr) throw Failure("the loader ended before the epoch");
    if (hash != nullptr) add(*hash, batch->pixels);
  }
}

}  // namespace

nlohmann::ordered_json bench_loading(const std::filesystem::path& file, const std::vector<std::string>& settings,
                                     const LoadingOptions& options) {
  const Experiment experiment = read_experiment(file, settings);
  Console console;
  const auto begun = Clock::now();
  const Dataset dataset = open_dataset(experiment.dataset, cache_folder());
  const double opened = since(begun);
  const auto packing_begun = Clock::now();
  const Renderer renderer = make_renderer(experiment, open_packed_cache(dataset, experiment, cache_folder(), console));
  const double packed = since(packing_begun);

  Sha256 hash;
  std::vector<double> seconds;
  std::vector<double> rates;
  std::vector<double> memory;
  const auto images = static_cast<std::int64_t>(dataset.samples.size());
  const std::int64_t batch_size = experiment.training.batch_size;
  Loader loader(dataset, renderer, requests_of(dataset, 0), batch_size, experiment.pipeline.threads);
  for (int epoch = 0; epoch <= options.epochs; ++epoch) {
    const auto epoch_begun = Clock::now();
    // As in training: the next epoch is being made while the last batches of this one are handed out. Behind the last
    // one too, which would have less to do otherwise.
    loader.append(requests_of(dataset, epoch + 1));
    load_epoch(loader, (images + batch_size - 1) / batch_size, options.hash ? &hash : nullptr);
    seconds.push_back(since(epoch_begun));
    rates.push_back(static_cast<double>(images) / seconds.back());
    memory.push_back(anonymous_mb());
  }
  return {{"images", images},
          {"open_s", opened},
          {"pack_s", packed},
          {"first_epoch_s", seconds.front()},
          {"epochs_s", std::vector(seconds.begin() + 1, seconds.end())},
          {"images_per_s", std::vector(rates.begin() + 1, rates.end())},
          {"anonymous_mb", memory},
          {"sha256", options.hash ? hash.finish() : ""}};
}

nlohmann::ordered_json bench_decoding(const std::filesystem::path& file, const std::vector<std::string>& settings) {
  const Experiment experiment = read_experiment(file, settings);
  const Dataset dataset = open_dataset(experiment.dataset, cache_folder());
  std::vector<double> rates;
  constexpr int kRepeats = 4;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    const auto begun = Clock::now();
    data::for_each_in_parallel(
        static_cast<std::int64_t>(dataset.samples.size()), experiment.pipeline.threads, [&](std::int64_t i) {
          data::read_picture(dataset.samples[static_cast<std::size_t>(i)].path, experiment.dataset.pixel_limit);
        });
    rates.push_back(static_cast<double>(dataset.samples.size()) / since(begun));
  }
  return {{"images", dataset.samples.size()}, {"images_per_s", std::vector(rates.begin() + 1, rates.end())}};
}

}  // namespace assay::bench
