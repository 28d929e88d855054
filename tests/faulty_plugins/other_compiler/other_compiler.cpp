// Built by another compiler.
#undef ASSAY_COMPILER
#define ASSAY_COMPILER "clang++ 7"
#include "../fault.h"

namespace {
struct OtherCompiler : assay::Fault {
  explicit OtherCompiler(const assay::FaultOptions&) {}
};
}  // namespace

ASSAY_PLUGIN(assay::Fault, OtherCompiler, assay::FaultOptions, "other_compiler", "1.0.0");
