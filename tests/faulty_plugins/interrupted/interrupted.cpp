// Its constructor notices that the user asked to stop.
#include <csignal>

#include "../fault.h"
#include "assay/error.h"

namespace {

struct Interrupts : assay::Fault {
  explicit Interrupts(const assay::FaultOptions& options) {
    if (options.share >= 0) throw assay::Interrupted(SIGINT);
  }
};

}  // namespace

ASSAY_PLUGIN(assay::Fault, Interrupts, assay::FaultOptions, "interrupted", "1.0.0");
