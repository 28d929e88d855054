// Its constructor throws.
#include <stdexcept>

#include "../fault.h"

namespace {

struct Throws : assay::Fault {
  explicit Throws(const assay::FaultOptions& options) {
    if (options.share >= 0) throw std::runtime_error("no share is good enough");
  }
};

}  // namespace

ASSAY_PLUGIN(assay::Fault, Throws, assay::FaultOptions, "throws", "1.0.0");
