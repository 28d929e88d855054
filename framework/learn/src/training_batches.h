// Where a training step's logits come from: kept features of a frozen backbone, or pictures made for this epoch.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "assay/data/loader.h"
#include "assay/data/mixing.h"
#include "feature_extractor.h"
#include "feature_rows.h"
#include "model.h"

namespace assay {

/// Whose labels a step's pictures have: one list for each mixing, in the order in which they were made; none when the
/// pictures are their own.
using MixedLabels = std::vector<std::vector<MixedLabel>>;

/// What a step learns from.
struct TrainingBatch {
  at::Tensor logits;  ///< [N,K], with the graph for the backward pass
  MixedLabels mixed;
};

/// Training samples of one epoch, in order. One thread.
class TrainingBatches {
 public:
  virtual ~TrainingBatches() = default;

  /// The samples that are left of an epoch: positions in the training split and the draw of each.
  struct Shown {
    std::int64_t epoch = 0;
    std::int64_t step = 0;  ///< of the epoch, with which they begin
    std::span<const std::int64_t> positions;
    std::span<const std::uint16_t> draws;
    std::int64_t batch_size = 0;
  };
  virtual void begin(const Shown& shown) = 0;

  /// Says that this whole epoch is begun after the one under way, so that its pictures can be made while the model is
  /// judged in between. Then begin() must come with the same.
  virtual void announce(const Shown& shown) { (void)shown; }

  /// The next batch. Its memory may be used again after the next call.
  virtual TrainingBatch next() = 0;

  /// Whether pictures of a batch are mixed with each other: predictions of such pictures have no one label.
  virtual bool mixes() const { return false; }

  /// Seconds spent waiting for pictures so far.
  virtual double seconds_waited() const { return 0.0; }
};

/// From kept features.
class CachedBatches : public TrainingBatches {
 public:
  /// features: [views * positions], the row of a position in a view at view * positions + position.
  CachedBatches(Model model, FeatureRows features, std::int64_t views, FeatureKind kind, c10::Device device);

  void begin(const Shown& shown) override;
  TrainingBatch next() override;

 private:
  Model model_;
  FeatureRows features_;
  std::int64_t views_;
  FeatureKind kind_;
  c10::Device device_;
  std::vector<std::int64_t> rows_;  ///< of the samples left of this epoch
  at::Tensor batch_;                ///< [batch_size, ...], filled anew in each step
  std::int64_t epoch_ = 0;
  std::int64_t batch_size_ = 0;
  std::size_t next_ = 0;
};

/// From pictures, rendered ahead by the loader's threads, and mixed where augmentations mix.
class LoadedBatches : public TrainingBatches {
 public:
  /// samples: position in Dataset::samples of each position in the training split. views as in pipeline.views. seed: of
  /// the run.
  LoadedBatches(Model model, PictureSource pictures, c10::Device device, std::vector<std::int64_t> samples,
                std::int64_t views, std::uint64_t seed);

  void begin(const Shown& shown) override;
  void announce(const Shown& shown) override;
  TrainingBatch next() override;
  bool mixes() const override;
  double seconds_waited() const override;

 private:
  std::vector<Request> requests_of(const Shown& shown) const;
  MixedLabels mix(const at::Tensor& images) const;

  Model model_;
  PictureSource pictures_;
  c10::Device device_;
  std::vector<std::int64_t> samples_;
  std::int64_t views_;
  std::uint64_t seed_;
  std::unique_ptr<Loader> loader_;
  std::int64_t announced_ = -1;  ///< epoch whose requests the loader has already; -1: none
  std::int64_t epoch_ = 0;
  std::int64_t step_ = 0;
  double waited_before_ = 0.0;
};

}  // namespace assay
