// Calls a function that is in none of its sources.
#include "../fault.h"

double share_of_nobody(double share);

namespace {
struct UndefinedSymbol : assay::Fault {
  explicit UndefinedSymbol(const assay::FaultOptions& options) : share(share_of_nobody(options.share)) {}
  double share;
};
}  // namespace

ASSAY_PLUGIN(assay::Fault, UndefinedSymbol, assay::FaultOptions, "undefined_symbol", "1.0.0");
