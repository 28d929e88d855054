// What a long command shows: one live line on a terminal, elsewhere a line at most every ten seconds. Messages go to
// standard error, results (tables, JSON) to standard output, so that results can be piped.
#pragma once

#include <chrono>
#include <mutex>
#include <string>

namespace assay {

/// Writes messages and a live line to standard error. Any thread.
class Console {
 public:
  Console();
  ~Console();
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  /// A line that stays.
  void say(const std::string& line);
  /// "warning: ..." on a line that stays.
  void warn(const std::string& line);
  /// Replaces the live line; off a terminal, prints it when ten seconds have passed since the last one. Cheap to call
  /// often: a terminal is redrawn at most ten times a second.
  void progress(const std::string& line);
  /// Ends the live line: its last text stays on the terminal.
  void end_progress();

  /// true when redrawing now would show something: lets a caller skip building the text.
  bool progress_due() const;

 private:
  void erase_live_line();

  mutable std::mutex mutex_;
  bool terminal_;
  std::string live_line_;
  std::chrono::steady_clock::time_point last_shown_;
};

/// "1:02:03", "2:03" or "3 s": a duration for people.
std::string duration_text(std::chrono::duration<double> duration);

/// "3.4 MB": bytes for people, powers of 1000.
std::string bytes_text(double bytes);

}  // namespace assay
