// The texts of located problems.
#include "assay/error.h"

#include <string_view>
#include <utility>

#include "assay/printable.h"

namespace assay {
namespace {

std::string join(const std::vector<Problem>& problems) {
  std::string text;
  for (const Problem& problem : problems) text += (text.empty() ? "" : "\n") + problem.text();
  return text;
}

/// Every line of a text with its names made harmless; only the breaks between lines stay.
std::string printable_lines(std::string_view text) {
  std::string lines;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    lines += printable(text.substr(0, end)) + "\n";
    text.remove_prefix(end + 1);
  }
  return lines + printable(text);
}

}  // namespace

std::string Location::text() const {
  std::string text = file;
  if (line > 0) text += ":" + std::to_string(line);
  if (line > 0 && column > 0) text += ":" + std::to_string(column);
  return text;
}

Problem::Problem(Location where_, std::string what_) : where(std::move(where_)), what(std::move(what_)) {}

std::string Problem::text() const {
  // A finding at a place is one line, so a line break in it is a name's. Others may hold commands on lines of their
  // own.
  const std::string place = where.text();
  if (place.empty()) return "error: " + printable_lines(what);
  return printable(place + ": error: " + what);
}

InvalidInput::InvalidInput(const std::string& what) : InvalidInput(Location{}, what) {}

InvalidInput::InvalidInput(const Location& where, const std::string& what)
    : InvalidInput(std::vector<Problem>{Problem(where, what)}) {}

InvalidInput::InvalidInput(std::vector<Problem> problems)
    : std::runtime_error(join(problems)), problems_(std::move(problems)) {}

}  // namespace assay
