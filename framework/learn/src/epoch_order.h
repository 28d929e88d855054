// Which training samples an epoch shows, in what order and in which view of each.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "assay/data/dataset.h"
#include "assay/data/renderer.h"
#include "assay/data/sampler.h"

namespace assay {

/// The training split as samplers see it.
struct TrainingSplit {
  std::vector<std::int64_t> samples;  ///< positions in Dataset::samples
  std::vector<std::int64_t> labels;   ///< of each
  std::vector<std::int64_t> groups;
  std::int64_t classes = 0;
  std::vector<PopulationColumn> columns;

  explicit TrainingSplit(const Dataset& dataset);
  Population population() const { return {labels, groups, classes, columns}; }
};

/// Positions in the training split, as the sampler orders them: a function of (seed, epoch). Throws Failure naming the
/// sampler when it throws, gives none, or one out of range.
std::vector<std::int64_t> order_of_epoch(const std::shared_ptr<const Sampler>& sampler, const TrainingSplit& split,
                                         std::uint64_t seed, std::int64_t epoch);

/// How often each position occurred in the order before.
std::vector<std::uint16_t> draws_of(std::span<const std::int64_t> order, std::size_t positions);

/// Which view of a sample an epoch shows, when there are `views` distinct ones: (epoch + draw) mod views.
std::int64_t view_of_draw(std::int64_t epoch, std::uint16_t draw, std::int64_t views);

/// The picture behind a view, for any of the ways it is shown: a new one for each epoch and draw when views = 0, else
/// one that depends on the number of the view alone.
Request training_request(std::int64_t sample, std::int64_t epoch, std::uint16_t draw, std::int64_t views);

}  // namespace assay
