// Everything below on_crash is async-signal-safe: no memory is taken, no lock, no stream.
#include "crash_report.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>

#include "plugin_slots.h"

namespace assay {
namespace {

struct CrashSignal {
  int number;
  const char* words;
};

constexpr std::array<CrashSignal, 5> kSignals = {{{SIGSEGV, "SIGSEGV: memory that isn't there"},
                                                  {SIGBUS, "SIGBUS: memory that can't be reached"},
                                                  {SIGFPE, "SIGFPE: a whole number divided by zero"},
                                                  {SIGILL, "SIGILL: an instruction that doesn't exist"},
                                                  {SIGABRT, "SIGABRT: abort()"}}};

std::array<struct sigaction, kSignals.size()> previous;
std::atomic<bool> reported{false};

/// A text of limited length that needs no memory but its own.
class SignalText {
 public:
  void add(const char* text) {
    for (; *text != '\0' && length_ < bytes_.size(); ++text) bytes_[length_++] = *text;
  }
  void add(std::int64_t number) {
    std::array<char, 21> digits{};
    std::size_t first = digits.size() - 1;
    do {
      digits[--first] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number > 0 && first > 0);
    add(digits.data() + first);
  }
  void write() {
    std::size_t done = 0;
    while (done < length_) {
      const ssize_t written = ::write(STDERR_FILENO, bytes_.data() + done, length_ - done);
      if (written <= 0) return;
      done += static_cast<std::size_t>(written);
    }
    length_ = 0;
  }

 private:
  std::array<char, 4096> bytes_{};
  std::size_t length_ = 0;
};

void add_work(const PluginReading& reading, SignalText& text) {
  if (reading.sample[0] != '\0') {
    if (reading.samples > 1) {
      text.add("\n  samples: ");
      text.add(reading.samples);
      text.add(", the first is ");
    } else {
      text.add("\n  sample:  ");
    }
    text.add(reading.sample.data());
  }
  if (reading.epoch < 0) return;
  text.add(reading.sample[0] != '\0' ? " (epoch " : "\n  epoch:   ");
  text.add(reading.epoch);
  if (reading.draw >= 0) {
    text.add(", draw ");
    text.add(reading.draw);
  }
  if (reading.sample[0] != '\0') text.add(")");
}

void add_plugin(const PluginReading& reading, SignalText& text) {
  text.add(reading.plugin->kind.c_str());
  text.add(" '");
  text.add(reading.plugin->name.c_str());
  text.add("'\n  library: ");
  text.add(reading.plugin->library.c_str());
  text.add("\n  stage:   ");
  text.add(reading.stage);
  add_work(reading, text);
}

void report_in_plugin(const PluginReading& reading, SignalText& text) {
  text.add(" in ");
  add_plugin(reading, text);
  text.add("\nThe fault is most likely the plugin's. To try it alone, stage by stage: runner plugins certify ");
  text.add(reading.plugin->library.c_str());
  text.add("\n");
}

/// The thread that crashed was in no plugin: those on other threads are told, since they may have spoilt its memory.
void report_elsewhere(SignalText& text) {
  text.add(", on a thread that was in no plugin");
  for (const PluginSlot& slot : all_slots()) {
    PluginReading other;
    if (!slot.taken.load(std::memory_order_relaxed) || !read_slot(slot, other)) continue;
    text.add("\nat work on another thread: ");
    add_plugin(other, text);
  }
  text.add("\nA fault of Assay, of a library it uses, or of a plugin that wrote where it shouldn't have.\n");
}

void restore_all() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i].number, &previous[i], nullptr);
}

const char* words_of(int number) {
  for (const CrashSignal& signal : kSignals) {
    if (signal.number == number) return signal.words;
  }
  return "a signal";
}

void on_crash(int number, siginfo_t* information, void*) {
  // A second thread that crashes meanwhile waits for the first one to end the process.
  if (reported.exchange(true)) {
    while (true) pause();
  }
  SignalText text;
  text.add("\nrunner crashed by ");
  text.add(words_of(number));
  text.write();  // before anything is read that the crash may have spoilt
  PluginReading reading;
  const PluginSlot* mine = slot_of_this_thread();
  if (mine != nullptr && read_slot(*mine, reading)) {
    report_in_plugin(reading, text);
  } else {
    report_elsewhere(text);
  }
  text.write();
  restore_all();
  // A fault happens again on return, with the handler before this one or none; a signal that was sent (abort) has to be
  // sent again.
  if (information->si_code <= 0) raise(number);
}

}  // namespace

CrashReport::CrashReport() {
  give_threads_signal_stacks();
  struct sigaction action {};
  action.sa_sigaction = on_crash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  // A fault of the handler itself, of a spoilt note say, ends the process: the handler for it would wait for ever.
  sigemptyset(&action.sa_mask);
  for (const CrashSignal& signal : kSignals) sigaddset(&action.sa_mask, signal.number);
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i].number, &action, &previous[i]);
}

CrashReport::~CrashReport() { restore_all(); }

}  // namespace assay
