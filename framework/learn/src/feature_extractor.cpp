#include "feature_extractor.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>

#include <span>

#include "assay/data/loader.h"
#include "assay/error.h"
#include "assay/interrupt.h"
#include "assay/plugin_host.h"
#include "assay/random.h"
#include "finite.h"

namespace assay {
namespace {

[[noreturn]] void refuse_not_finite(const Model& model, const at::Tensor& map, const at::Tensor& features,
                                    const PluginWork& work) {
  const bool from_backbone = !is_finite(map);
  throw plugin_failure(from_backbone ? plugin_of(model.backbone) : plugin_of(model.head),
                       from_backbone ? "features" : "pool", work,
                       not_finite_text(from_backbone ? map : features) + why_not_finite(model));
}

at::Tensor features_of(const Model& model, const at::Tensor& images, FeatureKind kind, const PluginWork& work) {
  const at::Tensor map = model.features(images, work);
  const at::Tensor features = kind == FeatureKind::pooled ? model.pool(map, work) : map;
  // Looked at here once rather than in every epoch that uses them. Pooling carries a NaN of the map along.
  if (!is_finite(features)) refuse_not_finite(model, map, features, work);
  return features;
}

}  // namespace

at::Tensor filled_up(const at::Tensor& rows) {
  if (rows.size(0) == kFeatureChunk) return rows;
  std::vector<std::int64_t> shape = rows.sizes().vec();
  shape.front() = kFeatureChunk;
  const at::Tensor full =
      at::empty(shape, rows.options(), rows.dim() == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous)
          .zero_();
  full.narrow(0, 0, rows.size(0)).copy_(rows);
  return full;
}

PluginWork work_of(const Dataset& dataset, const Batch& batch) {
  if (batch.requests.empty()) return {};
  const Request& first = batch.requests.front();
  return {dataset.samples[static_cast<std::size_t>(first.sample)].name, batch.count(),
          first.augmented ? first.epoch : -1};
}

at::Tensor images_of(const BatchPixels& pixels, std::int64_t count, std::int64_t size, const c10::Device& device) {
  // from_blob wants a mutable pointer. Mixing alone writes through it, into a batch that nobody else reads any more.
  const auto as_tensor = [&](const auto& numbers, at::ScalarType type) {
    return at::from_blob(const_cast<void*>(static_cast<const void*>(numbers.data())), {count, size, size, 3}, type);
  };
  const at::Tensor rows =
      pixels.index() == 0 ? as_tensor(std::get<0>(pixels), at::kFloat) : as_tensor(std::get<1>(pixels), at::kBFloat16);
  return rows.permute({0, 3, 1, 2}).to(device).to(at::kFloat);
}

at::Tensor features_of_chunk(const Model& model, const at::Tensor& images, FeatureKind kind, const PluginWork& work) {
  const c10::NoGradGuard no_grad;
  model.train(false);
  return features_of(model, filled_up(images), kind, work).to(at::kFloat).narrow(0, 0, images.size(0));
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
    const at::Tensor features = features_of_chunk(model, images, kind, work_of(pictures.dataset, *batch));
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
  const std::string name = "an empty picture of " + std::to_string(size) + " x " + std::to_string(size);
  const PluginWork work{name};
  const at::Tensor images = at::zeros({1, 3, size, size}, at::TensorOptions().dtype(at::kFloat).device(device));
  const at::Tensor features = features_of(model, images, kind, work);
  const at::Tensor logits = model.forward(kind == FeatureKind::pooled ? features : model.pool(features, work), work);
  if (!is_finite(logits)) throw plugin_failure(plugin_of(model.head), "forward", work, "its logits are not finite");
  return features.sizes().slice(1).vec();
}

std::string fingerprint_of_pool(const Model& model, std::int64_t size, const c10::Device& device) {
  const c10::NoGradGuard no_grad;
  std::vector<std::int64_t> shape = feature_shape(model, size, device, FeatureKind::map);
  shape.insert(shape.begin(), 1);
  const at::Tensor map = at::empty(shape, at::kFloat);
  Random random(0, Purpose::weights);
  for (float& number : std::span(map.mutable_data_ptr<float>(), static_cast<std::size_t>(map.numel()))) {
    number = static_cast<float>(random.uniform(-1.0, 1.0));
  }
  return hash_of({{"pooled", model.pool(map.to(device), {"a random map"}).cpu()}});
}

}  // namespace assay
