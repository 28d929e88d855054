// Crashes and hangs of plugins, told with the plugin's name, its stage and its sample. What is at work is known from
// plugin_stage.h.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace assay {

/// For as long as it lives:
///
/// A crash (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT) writes to standard error which plugin was at work on the thread,
/// its library, stage and sample, and what to do. The process then dies of the same signal, after whatever handler was
/// there before has had its turn: cores are dumped and sanitizers report as ever. Threads that run plugins get a signal
/// stack, so that a stack that overflowed is told, too.
///
/// A plugin that stays in one call for longer than the patience is told, again after twice, four times, ... as long,
/// and once when it has returned. Nothing is stopped: a slow plugin is waited for.
///
/// One at a time in a process.
class PluginWatch {
 public:
  using Patience = std::chrono::duration<double>;  ///< seconds

  /// what: a sentence; advice: what can be done, once for each call that lasts, else empty.
  using Tell = std::function<void(const std::string& what, const std::string& advice)>;

  /// tell: called from a thread of the watch, one message at a time. patience 0: hangs aren't told.
  explicit PluginWatch(Tell tell, Patience patience = patience_of_environment());
  ~PluginWatch();
  PluginWatch(const PluginWatch&) = delete;
  PluginWatch& operator=(const PluginWatch&) = delete;

  /// ASSAY_PLUGIN_PATIENCE, in seconds; 60 when it isn't set. Throws InvalidInput when it is no number from 0 on.
  static Patience patience_of_environment();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace assay
