// Not faulty, though it looks so: every epoch shows the samples as they are listed.
#include <numeric>

#include "assay/data/sampler.h"

namespace {

struct InOrderOptions {};

void describe(assay::Fields<InOrderOptions>&) {}

class InOrder : public assay::Sampler {
 public:
  explicit InOrder(const InOrderOptions&) {}

  std::vector<std::int64_t> epoch(const assay::Population& population, assay::Random&) const override {
    std::vector<std::int64_t> order(population.labels.size());
    std::iota(order.begin(), order.end(), std::int64_t{0});
    return order;
  }
};

}  // namespace

ASSAY_PLUGIN(assay::Sampler, InOrder, InOrderOptions, "in_order", "1.0.0");
