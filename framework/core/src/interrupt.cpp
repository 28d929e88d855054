// Signal handlers that only set a flag; the second signal ends the process.
#include "assay/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>

#include "assay/error.h"

namespace assay {
namespace {

std::atomic<int> requested{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

struct sigaction previous_interrupt;
struct sigaction previous_terminate;

void on_signal(int signal_number) {
  int none = 0;
  if (!requested.compare_exchange_strong(none, signal_number)) _exit(128 + signal_number);
}

}  // namespace

InterruptScope::InterruptScope() {
  requested = 0;
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &previous_interrupt);
  sigaction(SIGTERM, &action, &previous_terminate);
}

InterruptScope::~InterruptScope() {
  sigaction(SIGINT, &previous_interrupt, nullptr);
  sigaction(SIGTERM, &previous_terminate, nullptr);
}

int interrupt_requested() { return requested; }

void throw_if_interrupted() {
  if (const int signal_number = requested) throw Interrupted(signal_number);
}

}  // namespace assay
