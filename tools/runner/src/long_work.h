// What surrounds a command that may work for hours: Ctrl-C, a live line, and an eye on the plugins.
#pragma once

#include "assay/console.h"
#include "assay/interrupt.h"
#include "assay/plugin_watch.h"

namespace assay {

/// For as long as it lives, Ctrl-C asks the work to stop, and crashes and hangs of plugins are told.
struct LongWork {
  InterruptScope interrupts;
  Console console;
  PluginWatch watch{[this](const std::string& what, const std::string& advice) {
    console.warn(advice.empty() ? what : what + ". " + advice);
  }};
};

}  // namespace assay
