#include "training_batches.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>

#include <algorithm>

#include "assay/error.h"
#include "epoch_order.h"

namespace assay {

CachedBatches::CachedBatches(Model model, at::Tensor features, std::int64_t views, FeatureKind kind)
    : model_(std::move(model)), features_(std::move(features)), views_(views), kind_(kind) {}

void CachedBatches::begin(const Shown& shown) {
  const std::int64_t positions = features_.size(0) / views_;
  const at::Tensor rows = at::empty({static_cast<std::int64_t>(shown.positions.size())}, at::kLong);
  auto* row = rows.mutable_data_ptr<std::int64_t>();
  for (std::size_t i = 0; i < shown.positions.size(); ++i) {
    row[i] = view_of_draw(shown.epoch, shown.draws[i], views_) * positions + shown.positions[i];
  }
  rows_ = rows.to(features_.device());
  batch_size_ = shown.batch_size;
  next_ = 0;
  epoch_ = shown.epoch;
}

at::Tensor CachedBatches::next_logits() {
  const std::int64_t count = std::min(batch_size_, rows_.size(0) - next_);
  const at::Tensor features = at::index_select(features_, 0, rows_.narrow(0, next_, count));
  next_ += count;
  const PluginWork work{.samples = count, .epoch = epoch_};
  return model_.forward(kind_ == FeatureKind::pooled ? features : model_.pool(features, work), work);
}

LoadedBatches::LoadedBatches(Model model, PictureSource pictures, c10::Device device, std::vector<std::int64_t> samples,
                             std::int64_t views)
    : model_(std::move(model)), pictures_(pictures), device_(device), samples_(std::move(samples)), views_(views) {}

void LoadedBatches::begin(const Shown& shown) {
  std::vector<Request> requests;
  requests.reserve(shown.positions.size());
  for (std::size_t i = 0; i < shown.positions.size(); ++i) {
    const std::int64_t sample = samples_[static_cast<std::size_t>(shown.positions[i])];
    requests.push_back(training_request(sample, shown.epoch, shown.draws[i], views_));
  }
  waited_before_ = seconds_waited();
  loader_ = std::make_unique<Loader>(pictures_.dataset, pictures_.renderer, std::move(requests), shown.batch_size,
                                     pictures_.loader_threads);
}

at::Tensor LoadedBatches::next_logits() {
  const Batch* batch = loader_->next();
  if (batch == nullptr) throw std::logic_error("the loader ended before the epoch");
  return model_.logits(images_of(batch->pixels, batch->count(), pictures_.renderer.size(), device_),
                       work_of(pictures_.dataset, *batch));
}

double LoadedBatches::seconds_waited() const { return waited_before_ + (loader_ ? loader_->seconds_waited() : 0.0); }

}  // namespace assay
