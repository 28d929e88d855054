// Never returns.
#include <chrono>
#include <thread>

#include "assay/data/augmentation.h"

namespace {

struct HangsOptions {};

void describe(assay::Fields<HangsOptions>&) {}

class Hangs : public assay::Augmentation {
 public:
  explicit Hangs(const HangsOptions&) {}

  void sample(assay::View&, assay::Random&) const override {
    while (true) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
};

}  // namespace

ASSAY_PLUGIN(assay::Augmentation, Hangs, HangsOptions, "hangs", "1.0.0");
