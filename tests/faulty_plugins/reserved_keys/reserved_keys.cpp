// Describes options whose names are the framework's in each [[augmentation]] entry.
#include "assay/data/augmentation.h"

namespace {

struct ReservedKeysOptions {
  double probability = 0.5;
  double strength = 1;
  std::string id = "mine";
};

void describe(assay::Fields<ReservedKeysOptions>& f) {
  f.number("probability", &ReservedKeysOptions::probability).in(0, 1).help("never arrives");
  f.number("strength", &ReservedKeysOptions::strength).in(0, 1).help("arrives");
  f.text("id", &ReservedKeysOptions::id).help("never arrives");
}

class ReservedKeys : public assay::Augmentation {
 public:
  explicit ReservedKeys(const ReservedKeysOptions&) {}
};

}  // namespace

ASSAY_PLUGIN(assay::Augmentation, ReservedKeys, ReservedKeysOptions, "reserved_keys", "1.0.0");
