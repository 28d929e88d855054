// Built for a LibTorch that this program doesn't have.
#undef ASSAY_TORCH_VERSION
#define ASSAY_TORCH_VERSION "2.4.1"
#include "../fault.h"

namespace {
struct OtherTorch : assay::Fault {
  explicit OtherTorch(const assay::FaultOptions&) {}
};
}  // namespace

ASSAY_PLUGIN(assay::Fault, OtherTorch, assay::FaultOptions, "other_torch", "1.0.0");
