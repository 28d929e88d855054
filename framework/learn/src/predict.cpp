// `predict`: a run's model applied to images, by the same steps as evaluation.
#include <c10/core/GradMode.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <thread>

#include "assay/error.h"
#include "assay/interrupt.h"
#include "assay/learn/freezing.h"
#include "assay/registry/queries.h"
#include "assay/toml_file.h"
#include "commands.h"
#include "device.h"
#include "evaluator.h"
#include "feature_extractor.h"
#include "number_text.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

/// What of a run predictions need.
struct Predictor {
  Model model;
  Task task;
  std::shared_ptr<Renderer> renderer;
  c10::Device device{c10::kCPU};
  std::int64_t threads = 0;
  double threshold = 0.0;
  std::string uuid;
};

bool has_image_ending(const fs::path& file) {
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return std::tolower(c); });
  constexpr std::array<const char*, 6> endings{".bmp", ".png", ".jpg", ".jpeg", ".tif", ".tiff"};
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

// The images of a folder in the order of their names; a file stands for itself whatever its ending.
std::vector<fs::path> images_at(const fs::path& path) {
  if (!fs::exists(path)) throw InvalidInput("there is no image or folder " + path.string());
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> images;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file() && has_image_ending(entry.path())) images.push_back(entry.path());
  }
  if (images.empty()) throw InvalidInput(path.string() + " holds no image (bmp, png, jpg, tif)");
  std::sort(images.begin(), images.end());
  return images;
}

Task task_of(const RunDetails& run, std::int64_t outputs) {
  Dataset classes;
  classes.classes = run.classes;
  const auto positive = std::find(run.classes.begin(), run.classes.end(), run.positive);
  classes.positive = positive == run.classes.end() ? -1 : positive - run.classes.begin();
  return make_task(classes, outputs, "auto");
}

double threshold_of(const RunDetails& run, const Task& task, CheckpointChoice choice, Console& console) {
  if (!task.one_output()) return 0.0;
  const std::string name = "run " + std::to_string(run.summary.number);
  if (!run.threshold) {
    console.warn(name + " has no threshold yet, since it isn't finished; 0.5 is used");
    return 0.5;
  }
  if (choice == CheckpointChoice::last) console.warn("the threshold was chosen for the best epoch, not the last one");
  return *run.threshold;
}

Predictor open_predictor(const PredictRequest& request, Console& console) {
  const Registry registry = Registry::open(request.registry, OpenMode::read);
  const RunReference reference = find_run(registry, request.run);
  const RunDetails run = run_details(registry, reference.number);
  const CheckpointChoice choice = reference.checkpoint.value_or(CheckpointChoice::best);
  const Checkpoints checkpoints(run.folder);
  const auto manifest = checkpoints.manifest();
  if (!manifest) {
    throw InvalidInput("run " + std::to_string(reference.number) + " has no checkpoint yet; resume it first");
  }
  const Experiment experiment =
      experiment_from_resolved(parse_toml(run.experiment, "the experiment of run " + std::to_string(reference.number)));
  Predictor predictor;
  prepare_process(manifest->state.machine.compute_threads);
  predictor.device = choose_device("auto", console);
  predictor.model = make_model(catalog_for(experiment.plugins), experiment);
  checkpoints.load_model(*manifest, choice == CheckpointChoice::best, predictor.model.frozen(),
                         predictor.model.trained());
  predictor.model.backbone->to(predictor.device);
  predictor.model.head->to(predictor.device);
  fold_frozen_stages(*predictor.model.backbone);
  predictor.task = task_of(run, predictor.model.head->outputs());
  predictor.renderer = make_renderer(experiment, manifest->input, {});
  predictor.threads = experiment.pipeline.threads;
  predictor.threshold = threshold_of(run, predictor.task, choice, console);
  predictor.uuid = run.summary.uuid;
  return predictor;
}

/// Pictures of a chunk that could be read, one after the other.
struct RenderedChunk {
  std::vector<fs::path> paths;
  std::vector<float> pixels;
  std::vector<Problem> problems;  ///< of the others
};

// The loader would end at the first bad file; here the others are still wanted.
RenderedChunk render_chunk(const Predictor& predictor, std::span<const fs::path> paths) {
  const auto size = static_cast<std::size_t>(predictor.renderer->size());
  const std::size_t numbers = size * size * 3;
  std::vector<float> pixels(paths.size() * numbers);
  std::vector<std::string> errors(paths.size());
  const auto render = [&](std::size_t i) {
    Sample sample;
    sample.path = fs::absolute(paths[i]);
    sample.name = paths[i].string();
    try {
      predictor.renderer->render(sample, {}, std::span(pixels).subspan(i * numbers, numbers));
    } catch (const std::exception& error) {
      errors[i] = error.what();
    }
  };
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < paths.size(); i = next++) render(i);
  };
  {
    const auto wanted =
        static_cast<std::size_t>(predictor.threads > 0 ? predictor.threads : std::thread::hardware_concurrency());
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < std::clamp<std::size_t>(wanted, 1, paths.size()); ++i) threads.emplace_back(work);
    work();
  }
  RenderedChunk chunk;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (!errors[i].empty()) {
      chunk.problems.push_back({{}, errors[i]});
      continue;
    }
    chunk.paths.push_back(paths[i]);
    const auto first = pixels.begin() + static_cast<std::ptrdiff_t>(i * numbers);
    chunk.pixels.insert(chunk.pixels.end(), first, first + static_cast<std::ptrdiff_t>(numbers));
  }
  return chunk;
}

PredictedImage answer(const Predictor& predictor, const fs::path& path, std::span<const float> outputs) {
  const Task& task = predictor.task;
  PredictedImage image;
  image.path = path.string();
  image.run = predictor.uuid;
  if (task.one_output()) {
    const auto positive = static_cast<std::size_t>(task.positive);
    image.probabilities.resize(2);
    image.probabilities[positive] = outputs[0];
    image.probabilities[1 - positive] = 1.0 - static_cast<double>(outputs[0]);
    image.probability = outputs[0];
    image.positive = task.positive_name();
    image.threshold = predictor.threshold;
    image.predicted = task.classes[image.probability >= predictor.threshold ? positive : 1 - positive];
    return image;
  }
  image.probabilities.assign(outputs.begin(), outputs.end());
  const auto highest = std::max_element(outputs.begin(), outputs.end());
  image.probability = *highest;
  image.predicted = task.classes[static_cast<std::size_t>(highest - outputs.begin())];
  return image;
}

void predict_chunk(const Predictor& predictor, const RenderedChunk& chunk,
                   const std::function<void(const PredictedImage&)>& sink) {
  if (chunk.paths.empty()) return;
  const c10::NoGradGuard no_grad;
  const auto count = static_cast<std::int64_t>(chunk.paths.size());
  const at::Tensor images = images_of(chunk.pixels, count, predictor.renderer->size(), predictor.device);
  const at::Tensor pooled = features_of_chunk(predictor.model, images, FeatureKind::pooled);
  const at::Tensor values =
      predictor.model.head->probabilities(logits_of(predictor.model, pooled)).cpu().to(at::kFloat).contiguous();
  const auto columns = static_cast<std::size_t>(values.size(1));
  for (std::size_t i = 0; i < chunk.paths.size(); ++i) {
    sink(answer(predictor, chunk.paths[i], {values.const_data_ptr<float>() + i * columns, columns}));
  }
}

}  // namespace

void predict_images(const PredictRequest& request, Console& console,
                    const std::function<void(const PredictedImage&)>& sink) {
  std::vector<fs::path> images;
  for (const fs::path& path : request.paths) {
    for (fs::path& image : images_at(path)) images.push_back(std::move(image));
  }
  const Predictor predictor = open_predictor(request, console);
  std::vector<Problem> problems;
  for (std::size_t first = 0; first < images.size(); first += kFeatureChunk) {
    const std::size_t count = std::min<std::size_t>(kFeatureChunk, images.size() - first);
    const RenderedChunk chunk = render_chunk(predictor, std::span(images).subspan(first, count));
    predict_chunk(predictor, chunk, sink);
    problems.insert(problems.end(), chunk.problems.begin(), chunk.problems.end());
    console.progress("predicted " + count_text(static_cast<std::int64_t>(first + count)) + "/" +
                     count_text(static_cast<std::int64_t>(images.size())) + " images");
    throw_if_interrupted();
  }
  console.end_progress();
  if (!problems.empty()) throw InvalidInput(std::move(problems));
}

}  // namespace assay
