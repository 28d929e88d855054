// Its constructor throws something that is no std::exception.
#include "../fault.h"

namespace {

struct ThrowsNoException : assay::Fault {
  explicit ThrowsNoException(const assay::FaultOptions& options) {
    if (options.share >= 0) throw 42;
  }
};

}  // namespace

ASSAY_PLUGIN(assay::Fault, ThrowsNoException, assay::FaultOptions, "throws_no_exception", "1.0.0");
