// Built in debug mode for a release, or the other way round.
#include "../fault.h"

namespace {
struct DebugBuild : assay::Fault {
  explicit DebugBuild(const assay::FaultOptions&) {}
};
}  // namespace

ASSAY_PLUGIN(assay::Fault, DebugBuild, assay::FaultOptions, "debug_build", "1.0.0");
