// Throws while it edits a view: an exception, or something that is none.
#include <stdexcept>

#include "assay/data/augmentation.h"

namespace {

struct ThrowsAtWorkOptions {
  bool exception = true;
};

void describe(assay::Fields<ThrowsAtWorkOptions>& f) {
  f.boolean("exception", &ThrowsAtWorkOptions::exception).help("whether what it throws is a std::exception");
}

class ThrowsAtWork : public assay::Augmentation {
 public:
  explicit ThrowsAtWork(const ThrowsAtWorkOptions& options) : options_(options) {}

  void sample(assay::View&, assay::Random&) const override {
    if (options_.exception) throw std::runtime_error("no view is good enough");
    throw 42;
  }

 private:
  ThrowsAtWorkOptions options_;
};

}  // namespace

ASSAY_PLUGIN(assay::Augmentation, ThrowsAtWork, ThrowsAtWorkOptions, "throws_at_work", "1.0.0");
