// `predict`: a model applied to images, by the same steps as evaluation. Loader threads read and resize the next images
// while the model works on these; at any moment a few batches are in memory, however many images there are.
#include <algorithm>

#include "assay/data/loader.h"
#include "assay/error.h"
#include "assay/interrupt.h"
#include "commands.h"
#include "exported_model.h"
#include "feature_extractor.h"
#include "number_text.h"
#include "picture_progress.h"
#include "prediction_inputs.h"
#include "predictor.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

/// A run may be called like a folder here; only what is neither a run nor an exported model is told of both.
RunReference find_model(const Registry& registry, const std::string& model) {
  try {
    return find_run(registry, model);
  } catch (const InvalidInput& unknown) {
    if (!fs::is_directory(model)) throw;
    throw InvalidInput(model + " is a folder without model.json, so no exported model; and " +
                       unknown.problems().front().what);
  }
}

Predictor open_requested(const PredictRequest& request, Console& console) {
  if (is_exported_model(request.model)) return open_predictor(read_exported_model(request.model), console);
  const Registry registry = Registry::open(request.registry, OpenMode::read);
  const RunReference reference = find_model(registry, request.model);
  const RunDetails run = run_details(registry, reference.number);
  const CheckpointManifest checkpoint = checkpoint_of(run);
  const CheckpointChoice choice = reference.checkpoint.value_or(CheckpointChoice::best);
  return open_predictor(trained_model(run, choice, checkpoint, console), console);
}

PredictingModel description_of(const Predictor& predictor) {
  return {predictor.run, predictor.sha256, predictor.task.classes, predictor.task.positive_name(), predictor.threshold};
}

/// The samples are the images, in order: all that a loader needs of a data set.
Dataset pictures_of(const std::vector<ImageFile>& files) {
  Dataset pictures;
  for (const ImageFile& file : files) {
    Sample sample;
    sample.path = fs::absolute(file.path);
    sample.name = file.path;
    pictures.samples.push_back(std::move(sample));
  }
  return pictures;
}

PredictedImage answer(const Predictor& predictor, const ImageFile& file, std::span<const float> outputs) {
  const Task& task = predictor.task;
  PredictedImage image;
  image.file = file;
  if (task.one_output()) {
    const auto positive = static_cast<std::size_t>(task.positive);
    image.probabilities.resize(2);
    image.probabilities[positive] = outputs[0];
    image.probabilities[1 - positive] = 1.0 - static_cast<double>(outputs[0]);
    image.probability = outputs[0];
    image.predicted = task.classes[image.probability >= predictor.threshold ? positive : 1 - positive];
    return image;
  }
  image.probabilities.assign(outputs.begin(), outputs.end());
  const auto highest = std::max_element(outputs.begin(), outputs.end());
  image.probability = *highest;
  image.predicted = task.classes[static_cast<std::size_t>(highest - outputs.begin())];
  return image;
}

/// Hands on the answers of the pictures that could be read, and returns what is wrong with the others.
std::vector<Problem> predict_batch(const Predictor& predictor, const std::vector<ImageFile>& files, const Batch& batch,
                                   PredictionSink& sink) {
  std::vector<Problem> problems;
  const at::Tensor values = probabilities_of(predictor, batch);
  const auto columns = static_cast<std::size_t>(values.size(1));
  for (std::size_t i = 0; i < batch.requests.size(); ++i) {
    if (!batch.errors[i].empty()) {
      problems.push_back({{}, batch.errors[i]});
      continue;
    }
    const ImageFile& file = files[static_cast<std::size_t>(batch.requests[i].sample)];
    sink.take(answer(predictor, file, {values.const_data_ptr<float>() + i * columns, columns}));
  }
  return problems;
}

void predict_all(const Predictor& predictor, const std::vector<ImageFile>& files, Console& console,
                 PredictionSink& sink) {
  const Dataset pictures = pictures_of(files);
  std::vector<std::int64_t> positions(files.size());
  for (std::size_t i = 0; i < positions.size(); ++i) positions[i] = static_cast<std::int64_t>(i);
  Loader loader(pictures, *predictor.renderer, plain_requests(positions), kFeatureChunk, predictor.loader_threads,
                OnBadPicture::keep);
  PictureProgress progress(console, "predicted", static_cast<std::int64_t>(files.size()));
  std::vector<Problem> problems;
  while (const Batch* batch = loader.next()) {
    for (Problem& problem : predict_batch(predictor, files, *batch, sink)) problems.push_back(std::move(problem));
    sink.flush();
    progress.advance(batch->count());
    throw_if_interrupted();
  }
  console.end_progress();
  if (problems.empty()) return;
  const std::string count = count_text(static_cast<std::int64_t>(problems.size()));
  console.warn(count + " of " + count_text(static_cast<std::int64_t>(files.size())) +
               " images could not be read; the others are predicted");
  throw InvalidInput(std::move(problems));
}

}  // namespace

void predict_images(const PredictRequest& request, Console& console, PredictionSink& sink) {
  std::vector<ImageFile> files = images_to_predict(request);
  const Predictor predictor = open_requested(request, console);
  sink.begin(description_of(predictor));
  const auto done = std::erase_if(files, [&](const ImageFile& file) { return sink.is_done(file); });
  if (done > 0) {
    console.say(count_text(static_cast<std::int64_t>(done)) + " images are predicted already, " +
                count_text(static_cast<std::int64_t>(files.size())) + " are left");
  }
  predict_all(predictor, files, console, sink);
  sink.flush();
}

}  // namespace assay
