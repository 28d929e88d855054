// A sampler that shows every patient equally often: a patient with a hundred pictures counts no more than one with ten.
#pragma once

#include <assay/data/sampler.h>

struct MySamplerOptions {
  std::int64_t pictures = 0;
};

void describe(assay::Fields<MySamplerOptions>& fields);

class MySampler : public assay::Sampler {
 public:
  explicit MySampler(const MySamplerOptions& options) : options_(options) {}

  std::vector<std::int64_t> epoch(const assay::Population& population, assay::Random& random) const override;
  std::vector<double> class_prior(const assay::Population& population) const override;

 private:
  MySamplerOptions options_;
};
