// The live line and the lines that stay.
#include "assay/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cstdio>

namespace assay {
namespace {

using namespace std::chrono_literals;

/// Columns of the terminal on standard error; the live line must not wrap, or it could not be erased.
std::size_t terminal_columns() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

void write(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

Console::Console() : terminal_(isatty(STDERR_FILENO) == 1), last_shown_(std::chrono::steady_clock::now()) {}

Console::~Console() { end_progress(); }

void Console::say(const std::string& line) {
  const std::lock_guard lock(mutex_);
  erase_live_line();
  write(line + "\n" + (terminal_ ? live_line_ : ""));
}

void Console::warn(const std::string& line) { say("warning: " + line); }

bool Console::progress_due() const {
  const std::lock_guard lock(mutex_);
  const auto pause = terminal_ ? std::chrono::steady_clock::duration(100ms) : std::chrono::steady_clock::duration(10s);
  return std::chrono::steady_clock::now() - last_shown_ >= pause;
}

void Console::progress(const std::string& line) {
  if (!progress_due()) return;
  const std::lock_guard lock(mutex_);
  last_shown_ = std::chrono::steady_clock::now();
  if (!terminal_) {
    write(line + "\n");
    return;
  }
  erase_live_line();
  live_line_ = line.substr(0, terminal_columns() - 1);
  write(live_line_);
}

void Console::end_progress() {
  const std::lock_guard lock(mutex_);
  if (terminal_ && !live_line_.empty()) write("\n");
  live_line_.clear();
}

void Console::erase_live_line() {
  if (terminal_ && !live_line_.empty()) write("\r\x1b[K");
}

std::string duration_text(std::chrono::duration<double> duration) {
  const auto seconds = static_cast<long>(duration.count() + 0.5);
  std::array<char, 32> text{};
  if (seconds >= 3600) {
    std::snprintf(text.data(), text.size(), "%ld:%02ld:%02ld", seconds / 3600, seconds / 60 % 60, seconds % 60);
  } else if (seconds >= 60) {
    std::snprintf(text.data(), text.size(), "%ld:%02ld", seconds / 60, seconds % 60);
  } else {
    std::snprintf(text.data(), text.size(), "%ld s", seconds);
  }
  return text.data();
}

std::string bytes_text(double bytes) {
  constexpr std::array units = {"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  while (bytes >= 999.5 && unit + 1 < units.size()) {
    bytes /= 1000;
    ++unit;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), unit == 0 || bytes >= 99.5 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
  return text.data();
}

}  // namespace assay
