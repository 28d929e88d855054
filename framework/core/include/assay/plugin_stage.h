// Which plugin is at work on a thread, in which stage and on what. Whoever calls into a plugin says so here; an
// exception, a crash or a hang can then be told with the plugin's name (plugin_watch.h tells crashes and hangs).
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "assay/error.h"

namespace assay {

/// A plugin as reports name it.
struct PluginName {
  std::string kind;     ///< "augmentation"
  std::string name;     ///< "rotate"
  std::string library;  ///< path of its file; empty when the object comes from no plugin

  /// "augmentation 'rotate' (/opt/assay/lib/rotate.so)"
  std::string text() const;
};

/// The one PluginName of these words. It lives as long as the process, since reports may need it at any moment.
const PluginName& plugin_name(const std::string& kind, const std::string& name, const std::string& library);

/// What a call into a plugin works on.
struct PluginWork {
  std::string_view sample{};  ///< name of the sample; of a batch, of its first; empty: none
  std::int64_t samples = 1;   ///< in the batch
  std::int64_t epoch = -1;    ///< as Request counts it; -1: none
  std::int64_t draw = -1;     ///< how often the sample occurred in the epoch before; -1: none

  /// " on hem/cell.png (epoch 3, draw 1)", " on 32 samples from hem/cell.png on", or nothing.
  std::string text() const;
};

/// Says for as long as it lives that this thread is inside a plugin. Takes no lock and no memory: some ten nanoseconds.
/// Inside another one of the same thread it changes nothing: the outer call is the one that is reported.
class PluginStage {
 public:
  /// stage: what is asked of the plugin, in a word: "sample", "features". Only literals, since it isn't copied; plugin
  /// comes from plugin_name(); work is copied, its sample's last 247 bytes.
  PluginStage(const PluginName& plugin, const char* stage, const PluginWork& work = {}) noexcept;
  ~PluginStage();
  PluginStage(const PluginStage&) = delete;
  PluginStage& operator=(const PluginStage&) = delete;

 private:
  struct PluginSlot* slot_ = nullptr;
};

/// "augmentation 'rotate' (...) failed in its stage 'sample' on hem/cell.png (epoch 3, draw 1): what happened"
Failure plugin_failure(const PluginName& plugin, const char* stage, const PluginWork& work, const std::string& what);

/// Calls into a plugin. Whatever it throws becomes a Failure that names plugin, stage and work; Interrupted goes
/// through.
template <class Call>
decltype(auto) in_plugin(const PluginName& plugin, const char* stage, const PluginWork& work, Call&& call) {
  const PluginStage at(plugin, stage, work);
  try {
    return std::forward<Call>(call)();
  } catch (const Interrupted&) {
    throw;
  } catch (const std::exception& error) {
    throw plugin_failure(plugin, stage, work, error.what());
  } catch (...) {
    throw plugin_failure(plugin, stage, work, "it threw something that is no std::exception");
  }
}

}  // namespace assay
