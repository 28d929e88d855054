// Crashes while it edits a view, in the way its option says; not at all when it says nothing.
#include <csignal>
#include <cstdlib>

#include "assay/data/augmentation.h"

namespace {

struct CrashesOptions {
  std::string how = "never";
};

void describe(assay::Fields<CrashesOptions>& f) {
  f.text("how", &CrashesOptions::how)
      .words({"never", "segmentation fault", "stack overflow", "abort", "division by zero"})
      .help("how it crashes");
}

// Volatile, so that no compiler sees through it.
volatile int nothing = 0;
int* volatile nowhere = nullptr;

int endless(int depth) {
  volatile char frame[1024] = {};
  frame[0] = static_cast<char>(depth);
  return depth + (nothing == 0 ? endless(depth + 1) : 0) + frame[0];
}

class Crashes : public assay::Augmentation {
 public:
  explicit Crashes(const CrashesOptions& options) : options_(options) {}

  void sample(assay::View&, assay::Random&) const override {
    if (options_.how == "segmentation fault") *nowhere = 1;
    if (options_.how == "stack overflow") nothing = endless(1);
    if (options_.how == "abort") std::abort();
    if (options_.how == "division by zero") nothing = 1 / nothing;
  }

 private:
  CrashesOptions options_;
};

}  // namespace

ASSAY_PLUGIN(assay::Augmentation, Crashes, CrashesOptions, "crashes", "1.0.0");
