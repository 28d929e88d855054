#include "training_batches.h"

#include <ATen/ops/empty.h>

#include <algorithm>

#include "assay/error.h"
#include "epoch_order.h"

namespace assay {

CachedBatches::CachedBatches(Model model, FeatureRows features, std::int64_t views, FeatureKind kind,
                             c10::Device device)
    : model_(std::move(model)), features_(std::move(features)), views_(views), kind_(kind), device_(device) {}

void CachedBatches::begin(const Shown& shown) {
  const std::int64_t positions = features_.count() / views_;
  rows_.resize(shown.positions.size());
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    rows_[i] = view_of_draw(shown.epoch, shown.draws[i], views_) * positions + shown.positions[i];
  }
  if (!batch_.defined() || batch_size_ != shown.batch_size) {
    std::vector<std::int64_t> shape = features_.shape();
    shape.insert(shape.begin(), shown.batch_size);
    batch_ = at::empty(shape, at::kFloat);
  }
  batch_size_ = shown.batch_size;
  next_ = 0;
  epoch_ = shown.epoch;
}

TrainingBatch CachedBatches::next() {
  const std::size_t count = std::min(static_cast<std::size_t>(batch_size_), rows_.size() - next_);
  features_.gather(std::span(rows_).subspan(next_, count), batch_.mutable_data_ptr<float>());
  next_ += count;
  const at::Tensor features = batch_.narrow(0, 0, static_cast<std::int64_t>(count)).to(device_);
  const PluginWork work{.samples = static_cast<std::int64_t>(count), .epoch = epoch_};
  return {model_.forward(kind_ == FeatureKind::pooled ? features : model_.pool(features, work), work), {}};
}

LoadedBatches::LoadedBatches(Model model, PictureSource pictures, c10::Device device, std::vector<std::int64_t> samples,
                             std::int64_t views, std::uint64_t seed)
    : model_(std::move(model)),
      pictures_(pictures),
      device_(device),
      samples_(std::move(samples)),
      views_(views),
      seed_(seed) {}

std::vector<Request> LoadedBatches::requests_of(const Shown& shown) const {
  std::vector<Request> requests;
  requests.reserve(shown.positions.size());
  for (std::size_t i = 0; i < shown.positions.size(); ++i) {
    const std::int64_t sample = samples_[static_cast<std::size_t>(shown.positions[i])];
    requests.push_back(training_request(sample, shown.epoch, shown.draws[i], views_));
  }
  return requests;
}

void LoadedBatches::begin(const Shown& shown) {
  epoch_ = shown.epoch;
  step_ = shown.step;
  if (announced_ == shown.epoch) return;
  waited_before_ = seconds_waited();
  loader_ = std::make_unique<Loader>(pictures_.dataset, pictures_.renderer, requests_of(shown), shown.batch_size,
                                     pictures_.loader_threads);
}

void LoadedBatches::announce(const Shown& shown) {
  loader_->append(requests_of(shown));
  announced_ = shown.epoch;
}

TrainingBatch LoadedBatches::next() {
  const Batch* batch = loader_->next();
  if (batch == nullptr) throw std::logic_error("the loader ended before the epoch");
  const PluginWork work = work_of(pictures_.dataset, *batch);
  const std::int64_t size = pictures_.renderer.size();
  const at::Tensor images = images_of(batch->pixels, batch->count(), size, mixes() ? c10::Device(c10::kCPU) : device_);
  MixedLabels mixed = mixes() ? mix(images) : MixedLabels{};
  ++step_;
  return {model_.logits(images.to(device_), work), std::move(mixed)};
}

MixedLabels LoadedBatches::mix(const at::Tensor& images) const {
  MixedLabels mixed;
  const std::int64_t count = images.size(0);
  const std::span pixels(images.mutable_data_ptr<float>(), static_cast<std::size_t>(images.numel()));
  for (const auto& mixes : pictures_.renderer.augmentations().pair(count, seed_, epoch_, step_)) {
    mixed.push_back(mix_pictures(pixels, pictures_.renderer.size(), mixes));
  }
  return mixed;
}

bool LoadedBatches::mixes() const { return pictures_.renderer.augmentations().has_pairs(); }

double LoadedBatches::seconds_waited() const { return waited_before_ + (loader_ ? loader_->seconds_waited() : 0.0); }

}  // namespace assay
