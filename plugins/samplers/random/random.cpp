// Every sample once an epoch, in random order: the classes keep the shares that they have in the data.
#include <numeric>
#include <span>

#include "assay/data/sampler.h"

namespace {

struct RandomOptions {};

void describe(assay::Fields<RandomOptions>&) {}

class RandomSampler : public assay::Sampler {
 public:
  explicit RandomSampler(const RandomOptions&) {}

  std::vector<std::int64_t> epoch(const assay::Population& population, assay::Random& random) const override {
    std::vector<std::int64_t> order(population.labels.size());
    std::iota(order.begin(), order.end(), std::int64_t{0});
    random.shuffle(std::span(order));
    return order;
  }

  std::vector<double> class_prior(const assay::Population& population) const override {
    std::vector<double> shares(static_cast<std::size_t>(population.classes), 0.0);
    const auto count = static_cast<double>(population.labels.size());
    for (const std::int64_t label : population.labels) shares[static_cast<std::size_t>(label)] += 1.0 / count;
    return shares;
  }
};

}  // namespace

ASSAY_PLUGIN(assay::Sampler, RandomSampler, RandomOptions, "random", "1.0.0");
