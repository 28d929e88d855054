// Mixes pictures with one that isn't in the batch.
#include "assay/data/augmentation.h"

namespace {

struct PairsOutOfRangeOptions {};

void describe(assay::Fields<PairsOutOfRangeOptions>&) {}

class PairsOutOfRange : public assay::Augmentation {
 public:
  explicit PairsOutOfRange(const PairsOutOfRangeOptions&) {}

  bool has_pairs() const override { return true; }

  void pair(std::span<assay::Mix> batch, assay::Random&) const override {
    for (assay::Mix& mix : batch) ++mix.partner;
  }
};

}  // namespace

ASSAY_PLUGIN(assay::Augmentation, PairsOutOfRange, PairsOutOfRangeOptions, "pairs_out_of_range", "1.0.0");
