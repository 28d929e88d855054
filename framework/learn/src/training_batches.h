// Where a training step's logits come from: kept features of a frozen backbone, or pictures made for this epoch.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "assay/data/loader.h"
#include "feature_extractor.h"
#include "model.h"

namespace assay {

/// Training samples of one epoch, in order. One thread.
class TrainingBatches {
 public:
  virtual ~TrainingBatches() = default;

  /// The samples that are left of an epoch: positions in the training split and the draw of each.
  struct Shown {
    std::int64_t epoch = 0;
    std::span<const std::int64_t> positions;
    std::span<const std::uint16_t> draws;
    std::int64_t batch_size = 0;
  };
  virtual void begin(const Shown& shown) = 0;

  /// Logits [N,K] of the next batch, with the graph for the backward pass. The batch's memory may be used again after
  /// the next call.
  virtual at::Tensor next_logits() = 0;

  /// Seconds spent waiting for pictures so far.
  virtual double seconds_waited() const { return 0.0; }
};

/// From features kept in memory.
class CachedBatches : public TrainingBatches {
 public:
  /// features: [views * positions, ...], the row of a position in a view at view * positions + position.
  CachedBatches(Model model, at::Tensor features, std::int64_t views, FeatureKind kind);

  void begin(const Shown& shown) override;
  at::Tensor next_logits() override;

 private:
  Model model_;
  at::Tensor features_;
  std::int64_t views_;
  FeatureKind kind_;
  at::Tensor rows_;  ///< of the samples left of this epoch
  std::int64_t epoch_ = 0;
  std::int64_t batch_size_ = 0;
  std::int64_t next_ = 0;
};

/// From pictures, rendered ahead by the loader's threads.
class LoadedBatches : public TrainingBatches {
 public:
  /// samples: position in Dataset::samples of each position in the training split. views as in pipeline.views.
  LoadedBatches(Model model, PictureSource pictures, c10::Device device, std::vector<std::int64_t> samples,
                std::int64_t views);

  void begin(const Shown& shown) override;
  at::Tensor next_logits() override;
  double seconds_waited() const override;

 private:
  Model model_;
  PictureSource pictures_;
  c10::Device device_;
  std::vector<std::int64_t> samples_;
  std::int64_t views_;
  std::unique_ptr<Loader> loader_;
  double waited_before_ = 0.0;
};

}  // namespace assay
