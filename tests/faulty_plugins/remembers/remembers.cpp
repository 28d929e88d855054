// Keeps count of its calls, so that what it does depends on who came before: not the stateless function it must be.
#include <atomic>

#include "assay/data/augmentation.h"

namespace {

struct RemembersOptions {};

void describe(assay::Fields<RemembersOptions>&) {}

class Remembers : public assay::Augmentation {
 public:
  explicit Remembers(const RemembersOptions&) {}

  void sample(assay::View& view, assay::Random&) const override { view.rotate(static_cast<double>(calls_++ % 360)); }

 private:
  mutable std::atomic<int> calls_{0};
};

}  // namespace

ASSAY_PLUGIN(assay::Augmentation, Remembers, RemembersOptions, "remembers", "1.0.0");
