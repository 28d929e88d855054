// The texts of located problems.
#include "assay/error.h"

#include <utility>

namespace assay {
namespace {

std::string join(const std::vector<Problem>& problems) {
  std::string text;
  for (const Problem& problem : problems) text += (text.empty() ? "" : "\n") + problem.text();
  return text;
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
  const std::string place = where.text();
  return (place.empty() ? "" : place + ": ") + "error: " + what;
}

InvalidInput::InvalidInput(const std::string& what) : InvalidInput(Location{}, what) {}

InvalidInput::InvalidInput(const Location& where, const std::string& what)
    : InvalidInput(std::vector<Problem>{Problem(where, what)}) {}

InvalidInput::InvalidInput(std::vector<Problem> problems)
    : std::runtime_error(join(problems)), problems_(std::move(problems)) {}

}  // namespace assay
