#include "assay/plugin_watch.h"

#include <charconv>
#include <cmath>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "assay/console.h"
#include "assay/error.h"
#include "assay/interrupt.h"
#include "crash_report.h"
#include "plugin_slots.h"

namespace assay {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kAdvice =
    "It is slow or hangs; it is waited for. Ctrl-C twice ends the program. ASSAY_PLUGIN_PATIENCE sets after how many "
    "seconds this is told";

/// What the watch remembers of one thread's slot.
struct Seen {
  PluginReading reading;
  Clock::time_point since;     ///< when this stage was first seen
  PluginWatch::Patience next;  ///< how long it may last until it is told
  bool inside = false;         ///< the thread was in a plugin
  bool told = false;
  bool told_of_interrupt = false;
};

std::string stage_text(const PluginReading& reading) {
  return reading.plugin->text() + ", stage '" + reading.stage + "'" + reading.work().text();
}

/// Looks at all slots again and again, and tells the stages that last.
class HangWatch {
 public:
  HangWatch(const PluginWatch::Tell& tell, PluginWatch::Patience patience)
      : tell_(tell), patience_(patience), seen_(all_slots().size()) {}

  void look(Clock::time_point now) {
    for (std::size_t i = 0; i < seen_.size(); ++i) look(all_slots()[i], seen_[i], now);
  }

 private:
  void look(const PluginSlot& slot, Seen& seen, Clock::time_point now) const {
    if (seen.inside && seen.reading.turn == slot.turn.load(std::memory_order_relaxed)) {
      tell_when_due(seen, now);
      return;
    }
    if (seen.told) {
      tell_(stage_text(seen.reading) + ": it returned after " + duration_text(now - seen.since), "");
    }
    seen.told = false;
    seen.told_of_interrupt = false;
    seen.inside = read_slot(slot, seen.reading);
    seen.since = now;
    seen.next = patience_;
  }

  void tell_when_due(Seen& seen, Clock::time_point now) const {
    if (seen.told && !seen.told_of_interrupt && interrupt_requested() != 0) {
      tell_(stage_text(seen.reading) + ": it is still waited for", "Ctrl-C again ends the program at once");
      seen.told_of_interrupt = true;
    }
    if (now - seen.since < seen.next) return;
    tell_(stage_text(seen.reading) + ": it has not returned for " + duration_text(now - seen.since),
          seen.told ? "" : kAdvice);
    seen.next *= 2;
    seen.told = true;
  }

  const PluginWatch::Tell& tell_;
  PluginWatch::Patience patience_;
  std::vector<Seen> seen_;
};

}  // namespace

struct PluginWatch::State {
  State(Tell teller, Patience patience) : tell(std::move(teller)) {
    if (patience.count() > 0)
      thread = std::jthread([this, patience](const std::stop_token& stop) { watch(stop, patience); });
  }

  void watch(const std::stop_token& stop, Patience patience) {
    const Patience pause = std::min<Patience>(patience / 5, std::chrono::seconds(1));
    HangWatch hangs(tell, patience);
    std::unique_lock lock(mutex);
    while (!ended.wait_for(lock, stop, pause, [&] { return stop.stop_requested(); })) hangs.look(Clock::now());
  }

  CrashReport crash_report;
  Tell tell;
  std::mutex mutex;
  std::condition_variable_any ended;
  std::jthread thread;  ///< last: it uses all of the above
};

PluginWatch::PluginWatch(Tell tell, Patience patience) : state_(std::make_unique<State>(std::move(tell), patience)) {}

PluginWatch::~PluginWatch() = default;

PluginWatch::Patience PluginWatch::patience_of_environment() {
  const char* variable = std::getenv("ASSAY_PLUGIN_PATIENCE");
  if (variable == nullptr) return std::chrono::seconds(60);
  const std::string_view text = variable;
  double seconds = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || end != text.data() + text.size() || !(seconds >= 0) || !std::isfinite(seconds)) {
    throw InvalidInput("ASSAY_PLUGIN_PATIENCE = '" + std::string(text) +
                       "' is no number of seconds; give 60, say, or 0 to be told of no hang");
  }
  return Patience(seconds);
}

}  // namespace assay
