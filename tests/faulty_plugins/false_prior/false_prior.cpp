// Promises equal classes and shows the data as they are.
#include <numeric>
#include <span>

#include "assay/data/sampler.h"

namespace {

struct FalsePriorOptions {};

void describe(assay::Fields<FalsePriorOptions>&) {}

class FalsePrior : public assay::Sampler {
 public:
  explicit FalsePrior(const FalsePriorOptions&) {}

  std::vector<std::int64_t> epoch(const assay::Population& population, assay::Random& random) const override {
    std::vector<std::int64_t> order(population.labels.size());
    std::iota(order.begin(), order.end(), std::int64_t{0});
    random.shuffle(std::span(order));
    return order;
  }

  std::vector<double> class_prior(const assay::Population& population) const override {
    return std::vector<double>(static_cast<std::size_t>(population.classes),
                               1.0 / static_cast<double>(population.classes));
  }
};

}  // namespace

ASSAY_PLUGIN(assay::Sampler, FalsePrior, FalsePriorOptions, "false_prior", "1.0.0");
