// Ctrl-C, SIGTERM and what follows from them: the first asks the work to stop at its next step, a second one ends the
// process at once with exit code 130 or 143.
#pragma once

namespace assay {

/// Installs the handlers for SIGINT and SIGTERM for as long as the object lives. One at a time in a process.
class InterruptScope {
 public:
  InterruptScope();
  ~InterruptScope();
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;
};

/// The signal that asked to stop; 0 when none did. Any thread.
int interrupt_requested();

/// Throws Interrupted when a signal asked to stop. Any thread but those that can't let an exception out.
void throw_if_interrupted();

}  // namespace assay
