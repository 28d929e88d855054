// Random oversampling: each class is shown as often as the largest one. Every sample occurs at least once; within a
// class the numbers of occurrences differ by at most one, and who gets the extra one is drawn anew each epoch. The
// classes are then equally likely, whatever their shares in the data. He and Garcia 2009, "Learning from imbalanced
// data", 3.1.1.
#include <algorithm>
#include <numeric>
#include <span>

#include "assay/data/sampler.h"

namespace {

struct OversampleOptions {};

void describe(assay::Fields<OversampleOptions>&) {}

class Oversample : public assay::Sampler {
 public:
  explicit Oversample(const OversampleOptions&) {}

  std::vector<std::int64_t> epoch(const assay::Population& population, assay::Random& random) const override {
    std::vector<std::vector<std::int64_t>> classes(static_cast<std::size_t>(population.classes));
    for (std::size_t i = 0; i < population.labels.size(); ++i) {
      classes[static_cast<std::size_t>(population.labels[i])].push_back(static_cast<std::int64_t>(i));
    }
    std::size_t largest = 0;
    for (const auto& members : classes) largest = std::max(largest, members.size());
    std::vector<std::int64_t> order;
    for (auto& members : classes) {
      if (members.empty()) continue;
      random.shuffle(std::span(members));
      for (std::size_t i = 0; i < largest; ++i) order.push_back(members[i % members.size()]);
    }
    random.shuffle(std::span(order));
    return order;
  }

  std::vector<double> class_prior(const assay::Population& population) const override {
    std::vector<double> shares(static_cast<std::size_t>(population.classes), 0.0);
    for (const std::int64_t label : population.labels) shares[static_cast<std::size_t>(label)] = 1.0;
    const double present = std::accumulate(shares.begin(), shares.end(), 0.0);
    for (double& share : shares) share /= present;
    return shares;
  }
};

}  // namespace

ASSAY_PLUGIN(assay::Sampler, Oversample, OversampleOptions, "oversample", "1.0.0");
