// What a person types for a run, and what to say when there is no such run.
#include <algorithm>
#include <charconv>

#include "assay/error.h"
#include "assay/fields.h"
#include "assay/registry/queries.h"
#include "database.h"

namespace assay {
namespace {

constexpr std::size_t kShortestUuidPrefix = 6;

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool digits = !text.empty() && text.front() != '-' && error == std::errc() && end == text.data() + text.size();
  return digits ? std::optional(number) : std::nullopt;
}

/// Takes ":best" or ":last" off the end.
std::optional<CheckpointChoice> take_checkpoint(std::string_view& text) {
  for (const CheckpointChoice choice : {CheckpointChoice::best, CheckpointChoice::last}) {
    const std::string suffix = ":" + std::string(to_text(choice));
    if (text.ends_with(suffix)) {
      text.remove_suffix(suffix.size());
      return choice;
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> first_number(Statement& select) {
  return select.step() ? std::optional(select.integer(0)) : std::nullopt;
}

std::optional<std::int64_t> by_number(const Database& database, std::string_view text) {
  const auto number = whole_number(text);
  if (!number) {
    return std::nullopt;
  }
  Statement select = database.prepare("SELECT number FROM runs WHERE number = ?1");
  return first_number(select.bind(1, *number));
}

std::optional<std::int64_t> by_age(const Database& database, std::string_view text) {
  constexpr std::string_view latest = "latest";
  if (!text.starts_with(latest)) {
    return std::nullopt;
  }
  const std::string_view rest = text.substr(latest.size());
  const auto back = rest.empty() ? 0 : rest.front() == '~' ? whole_number(rest.substr(1)) : std::nullopt;
  if (!back) {
    return std::nullopt;
  }
  Statement select = database.prepare("SELECT number FROM runs ORDER BY number DESC LIMIT 1 OFFSET ?1");
  const auto number = first_number(select.bind(1, *back));
  if (!number && database.integer("SELECT count(*) FROM runs") > 0) {
    const std::int64_t runs = database.integer("SELECT count(*) FROM runs");
    throw InvalidInput(std::string(text) + ": registry " + database.file().string() + " holds only " +
                       (runs == 1 ? "one run" : std::to_string(runs) + " runs"));
  }
  return number;
}

std::optional<std::int64_t> newest_by_name(const Database& database, std::string_view text) {
  Statement select = database.prepare("SELECT number FROM runs WHERE name = ?1 ORDER BY number DESC LIMIT 1");
  return first_number(select.bind(1, text));
}

/// name@2: the second run of that name.
std::optional<std::int64_t> by_name_and_count(const Database& database, std::string_view text) {
  const std::size_t at = text.rfind('@');
  const auto count = at == std::string_view::npos ? std::nullopt : whole_number(text.substr(at + 1));
  if (!count || *count < 1) {
    return std::nullopt;
  }
  const std::string_view name = text.substr(0, at);
  Statement select = database.prepare("SELECT number FROM runs WHERE name = ?1 ORDER BY number LIMIT 1 OFFSET ?2");
  const auto number = first_number(select.bind(1, name).bind(2, *count - 1));
  if (!number && newest_by_name(database, name)) {
    Statement runs = database.prepare("SELECT count(*) FROM runs WHERE name = ?1");
    runs.bind(1, name).step();
    throw InvalidInput(
        std::string(text) + ": there " +
        (runs.integer(0) == 1 ? "is only one run" : "are only " + std::to_string(runs.integer(0)) + " runs") +
        " named " + std::string(name));
  }
  return number;
}

std::optional<std::int64_t> by_uuid(const Database& database, std::string_view text) {
  std::string prefix(text);
  std::transform(prefix.begin(), prefix.end(), prefix.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? char(c + 32) : c; });
  if (prefix.size() < kShortestUuidPrefix || prefix.find_first_not_of("0123456789abcdef-") != std::string::npos) {
    return std::nullopt;
  }
  Statement select = database.prepare("SELECT number, name FROM runs WHERE uuid BETWEEN ?1 AND ?2 ORDER BY number");
  select.bind(1, prefix).bind(2, prefix + "~");
  std::optional<std::int64_t> number;
  std::string fitting;
  int count = 0;
  while (select.step()) {
    number = select.integer(0);
    fitting += (count++ ? ", " : "") + std::to_string(*number) + " (" + select.text(1) + ")";
  }
  if (count > 1) {
    throw InvalidInput("the uuids of " + std::to_string(count) + " runs start with " + prefix + ": " + fitting +
                       "; give more characters, or a run's number");
  }
  return number;
}

[[noreturn]] void report_unknown(const Database& database, std::string_view text) {
  const std::int64_t runs = database.integer("SELECT count(*) FROM runs");
  const std::string registry = "registry " + database.file().string();
  if (runs == 0) {
    throw InvalidInput(std::string(text) + ": " + registry + " holds no runs yet");
  }
  if (whole_number(text)) {
    throw InvalidInput("there is no run " + std::string(text) + " in " + registry + "; its newest is " +
                       std::to_string(database.integer("SELECT max(number) FROM runs")));
  }
  std::vector<std::string> names;
  Statement select = database.prepare("SELECT DISTINCT name FROM runs");
  while (select.step()) {
    names.push_back(select.text(0));
  }
  const std::string near = did_you_mean(std::string(text.substr(0, text.rfind('@'))), names);
  throw InvalidInput("there is no run \"" + std::string(text) + "\" in " + registry +
                     (near.empty()
                          ? "; a RUN is a number, a name, name@2, six or more characters of a uuid, latest or latest~1"
                          : near));
}

}  // namespace

RunReference find_run(const Registry& registry, std::string_view text) {
  const Database& database = registry.database();
  RunReference reference;
  // A name may itself end in ":best": the whole text is tried first.
  if (const auto whole = newest_by_name(database, text)) {
    reference.number = *whole;
    return reference;
  }
  reference.checkpoint = take_checkpoint(text);
  for (const auto& way : {by_number, newest_by_name, by_age, by_name_and_count, by_uuid}) {
    if (const auto number = way(database, text)) {
      reference.number = *number;
      return reference;
    }
  }
  report_unknown(database, text);
}

}  // namespace assay
