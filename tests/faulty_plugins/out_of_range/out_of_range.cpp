// Shows a sample that isn't there, or none at all.
#include "assay/data/sampler.h"

namespace {

struct OutOfRangeOptions {
  bool empty = false;
};

void describe(assay::Fields<OutOfRangeOptions>& f) {
  f.boolean("empty", &OutOfRangeOptions::empty).help("whether its epochs show nothing");
}

class OutOfRange : public assay::Sampler {
 public:
  explicit OutOfRange(const OutOfRangeOptions& options) : options_(options) {}

  std::vector<std::int64_t> epoch(const assay::Population& population, assay::Random&) const override {
    if (options_.empty) return {};
    return {0, static_cast<std::int64_t>(population.labels.size())};
  }

 private:
  OutOfRangeOptions options_;
};

}  // namespace

ASSAY_PLUGIN(assay::Sampler, OutOfRange, OutOfRangeOptions, "out_of_range", "1.0.0");
