// Built with the old ABI of std::string: the framework's functions have other names there.
#include "../fault.h"

namespace {
struct OtherAbi : assay::Fault {
  explicit OtherAbi(const assay::FaultOptions&) {}
};
}  // namespace

ASSAY_PLUGIN(assay::Fault, OtherAbi, assay::FaultOptions, "other_abi", "1.0.0");
