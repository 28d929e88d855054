// What the faulty plugins share: an interface that needs neither pixels nor a model, and options to describe.
#pragma once

#include "assay/plugin.h"

namespace assay {

struct Fault {
  static constexpr const char* plugin_kind = "sampler";
  virtual ~Fault() = default;
};

struct FaultOptions {
  double share = 0.5;
};

inline void describe(Fields<FaultOptions>& f) { f.number("share", &FaultOptions::share).in(0, 1).help("anything"); }

}  // namespace assay
