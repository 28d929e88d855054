#include "feature_extractor.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>

#include "assay/data/loader.h"
#include "assay/error.h"
#include "assay/interrupt.h"

namespace assay {
namespace {

at::Tensor features_of(const Model& model, const at::Tensor& images, FeatureKind kind) {
  const at::Tensor map = model.backbone->features(images);
  return kind == FeatureKind::pooled ? model.head->pool(map) : map;
}

at::Tensor filled_up(const at::Tensor& images) {
  if (images.size(0) == kFeatureChunk) return images;
  const at::Tensor full = at::zeros({kFeatureChunk, images.size(1), images.size(2), images.size(3)}, images.options())
                              .contiguous(at::MemoryFormat::ChannelsLast);
  full.narrow(0, 0, images.size(0)).copy_(images);
  return full;
}

}  // namespace

at::Tensor images_of(const std::vector<float>& pixels, std::int64_t count, std::int64_t size,
                     const c10::Device& device) {
  // from_blob wants a mutable pointer; nothing writes through it.
  return at::from_blob(const_cast<float*>(pixels.data()), {count, size, size, 3}, at::kFloat)
      .permute({0, 3, 1, 2})
      .to(device);
}

at::Tensor features_of_chunk(const Model& model, const at::Tensor& images, FeatureKind kind) {
  const c10::NoGradGuard no_grad;
  model.train(false);
  return features_of(model, filled_up(images), kind).to(at::kFloat).narrow(0, 0, images.size(0));
}

at::Tensor extract_features(const Model& model, const PictureSource& pictures, const c10::Device& device,
                            std::vector<Request> requests, FeatureKind kind,
                            const std::function<void(std::int64_t)>& done) {
  const c10::NoGradGuard no_grad;
  model.train(false);
  const auto count = static_cast<std::int64_t>(requests.size());
  Loader loader(pictures.dataset, pictures.renderer, std::move(requests), kFeatureChunk, pictures.loader_threads);
  at::Tensor all;
  std::int64_t first = 0;
  while (const Batch* batch = loader.next()) {
    const at::Tensor images = images_of(batch->pixels, batch->count(), pictures.renderer.size(), device);
    const at::Tensor features = features_of_chunk(model, images, kind);
    if (!all.defined()) {
      std::vector<std::int64_t> shape = features.sizes().vec();
      shape[0] = count;
      all = at::empty(shape, features.options());
    }
    all.narrow(0, first, batch->count()).copy_(features);
    first += batch->count();
    done(batch->count());
    throw_if_interrupted();
  }
  return all;
}

std::vector<Request> plain_requests(const std::vector<std::int64_t>& samples) {
  std::vector<Request> requests;
  requests.reserve(samples.size());
  for (const std::int64_t sample : samples) requests.push_back({.sample = sample});
  return requests;
}

std::vector<std::int64_t> feature_shape(const Model& model, std::int64_t size, const c10::Device& device,
                                        FeatureKind kind) {
  if (size < model.backbone->smallest_input()) {
    throw InvalidInput("preprocessing.size = " + std::to_string(size) + ": the backbone needs pictures of at least " +
                       std::to_string(model.backbone->smallest_input()) + " pixels");
  }
  const c10::NoGradGuard no_grad;
  model.train(false);
  try {
    const at::Tensor images = at::zeros({1, 3, size, size}, at::TensorOptions().dtype(at::kFloat).device(device));
    const at::Tensor features = features_of(model, images, kind);
    const at::Tensor pooled = kind == FeatureKind::pooled ? features : model.head->pool(features);
    const at::Tensor logits = model.head->forward(pooled);
    if (logits.dim() != 2 || logits.size(0) != 1 || logits.size(1) != model.head->outputs()) {
      throw InvalidInput("the head says it has " + std::to_string(model.head->outputs()) +
                         " outputs and gives another shape");
    }
    return features.sizes().slice(1).vec();
  } catch (const c10::Error& error) {
    throw InvalidInput(std::string("the backbone and the head don't work on a picture of ") + std::to_string(size) +
                       " pixels: " + error.what_without_backtrace());
  }
}

}  // namespace assay
