#include "assay/certify.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>

#include "assay/range.h"

namespace assay {
namespace {

/// A bound or its neighbour. Holds every whole number exactly, which double does below 2^53 only.
using Bound = long double;
static_assert(std::numeric_limits<Bound>::digits >= 63);

constexpr Bound kSmallestInteger = std::numeric_limits<std::int64_t>::min();
constexpr Bound kLargestInteger = static_cast<Bound>(std::numeric_limits<std::int64_t>::max());

Node node_of(Bound number, FieldKind kind) {
  if (kind == FieldKind::integer) {
    return {static_cast<std::int64_t>(std::clamp(number, kSmallestInteger, kLargestInteger)), {}};
  }
  return {static_cast<double>(number), {}};
}

bool holds_numbers(FieldKind kind) { return kind == FieldKind::integer || kind == FieldKind::number; }

/// The kind of number a field holds, itself or as the elements of its list; nullopt for another field.
std::optional<FieldKind> number_kind(const Field& field) {
  const FieldKind kind = field.kinds.front();
  if (holds_numbers(kind)) return kind;
  if (kind == FieldKind::list && holds_numbers(field.element)) return field.element;
  return std::nullopt;
}

Node value_of(const Field& field, Bound number) {
  const Node single = node_of(number, *number_kind(field));
  // The one number of a range is at least 0.
  if (is_range(field) && number < 0) return {Node::List{single, single}, {}};
  if (field.kinds.front() != FieldKind::list) return single;
  return {Node::List{single}, {}};
}

Bound next_to(Bound number, Bound towards, FieldKind kind) {
  if (kind == FieldKind::integer) return towards > number ? number + 1 : number - 1;
  // A thousandth, since the very next number may not survive being written and read.
  const Bound step = std::max(std::abs(number), Bound{1}) / 1000;
  return towards > number ? number + step : number - step;
}

/// The ends of a field's range that can be given, the smallest first.
std::vector<Bound> ends_of(const Field& field) {
  std::vector<Bound> ends;
  if (std::isfinite(field.minimum)) {
    ends.push_back(field.minimum_excluded ? next_to(field.minimum, field.maximum, *number_kind(field)) : field.minimum);
  }
  if (std::isfinite(field.maximum)) ends.push_back(field.maximum);
  return ends;
}

/// The values next to the range's ends. None where a whole number's type ends there, too.
std::vector<Bound> beyond(const Field& field) {
  std::vector<Bound> values;
  const Bound infinity = std::numeric_limits<Bound>::infinity();
  const FieldKind kind = *number_kind(field);
  if (std::isfinite(field.minimum)) {
    values.push_back(field.minimum_excluded ? field.minimum : next_to(field.minimum, -infinity, kind));
  }
  if (std::isfinite(field.maximum)) values.push_back(next_to(field.maximum, infinity, kind));
  if (kind == FieldKind::integer) {
    std::erase_if(values, [](Bound value) { return value < kSmallestInteger || value > kLargestInteger; });
  }
  return values;
}

Node checked(const PluginDescription& plugin, const Node& given, std::vector<Problem>& problems) {
  return check_table(plugin.fields, given, plugin.name, "", problems);
}

/// One field set; a field that must not be above or below it follows it, so that ends can be tried one at a time.
Node with(const PluginDescription& plugin, const Field& field, const Node& value) {
  Node given{Node::Table{}, {}};
  given.set(field.key, value);
  std::vector<Problem> problems;
  checked(plugin, given, problems);
  if (problems.empty()) return given;
  for (const Field& other : plugin.fields.fields) {
    if (field.not_above == other.key || other.not_above == field.key) given.set(other.key, value);
  }
  return given;
}

std::string setting(const Field& field, const Node& value) { return field.key + " = " + to_text(value); }

void make_or_fail(const PluginDescription& plugin, const MakeFromOptions& make, const Node& given,
                  const std::string& text) {
  std::vector<Problem> problems;
  const Node options = checked(plugin, given, problems);
  if (!problems.empty()) throw CheckFailed(text + ": " + problems.front().what);
  try {
    make(options);
  } catch (const std::exception& error) {
    throw CheckFailed("with " + text + ": " + sentence(error));
  }
}

CheckFinding check_defaults(const PluginDescription& plugin, const MakeFromOptions& make) {
  Node given{Node::Table{}, {}};
  for (const Field& field : plugin.fields.fields) {
    if (field.default_value.is_set() && field.kinds.front() != FieldKind::choice) {
      given.set(field.key, field.default_value);
    }
  }
  make_or_fail(plugin, make, given, "the defaults");
  const std::size_t count = plugin.fields.fields.size();
  return {std::to_string(count) + (count == 1 ? " option" : " options") + "; the defaults keep to their ranges"};
}

CheckFinding check_ranges(const PluginDescription& plugin, const MakeFromOptions& make) {
  int made = 0;
  int refused = 0;
  std::string unbounded;
  for (const Field& field : plugin.fields.fields) {
    if (!number_kind(field)) continue;
    for (const Bound end : ends_of(field)) {
      const Node value = value_of(field, end);
      make_or_fail(plugin, make, with(plugin, field, value), setting(field, value));
      ++made;
    }
    for (const Bound outside : beyond(field)) {
      const Node value = value_of(field, outside);
      std::vector<Problem> problems;
      checked(plugin, with(plugin, field, value), problems);
      if (problems.empty()) throw CheckFailed(setting(field, value) + " is accepted, beyond the field's own range");
      ++refused;
    }
    if (ends_of(field).size() < 2) unbounded += (unbounded.empty() ? "" : ", ") + field.key;
  }
  if (made + refused == 0 && unbounded.empty()) return {"no option is a number", CheckResult::skipped};
  return {std::to_string(made) + " ends of ranges made, " + std::to_string(refused) + " values beyond refused" +
          (unbounded.empty() ? "" : "; without two bounds: " + unbounded)};
}

CheckFinding check_words(const PluginDescription& plugin, const MakeFromOptions& make) {
  int made = 0;
  const auto try_word = [&](const Field& field, const Node& value) {
    make_or_fail(plugin, make, with(plugin, field, value), setting(field, value));
    ++made;
  };
  for (const Field& field : plugin.fields.fields) {
    for (const std::string& word : field.words) try_word(field, {word, {}});
    for (const auto& [word, table] : field.choices) {
      Node choice{Node::Table{}, {}};
      choice.set("name", {word, {}});
      try_word(field, choice);
    }
    if (field.kinds.front() == FieldKind::boolean) {
      for (const bool value : {false, true}) try_word(field, {value, {}});
    }
  }
  if (made == 0) return {"no option is chosen by a word", CheckResult::skipped};
  return {std::to_string(made) + " words made, each with the other defaults"};
}

/// "plugin API=2;debug=off" as "plugin API 2, debug off".
std::string build_text(const std::string& build_id) {
  std::string text;
  for (const char letter : build_id) {
    if (letter == ';') text += ", ";
    if (letter == '=') text += ' ';
    if (letter != ';' && letter != '=') text += letter;
  }
  return text;
}

std::string time_text(double seconds) {
  if (seconds < 1e-3) return short_number(seconds * 1e6) + " us";
  return seconds < 1 ? short_number(seconds * 1e3) + " ms" : short_number(seconds) + " s";
}

double seconds_of_round(const std::function<void()>& call) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds kRound(20);
  const auto begun = Clock::now();
  int calls = 0;
  do {
    call();
    ++calls;
  } while (Clock::now() - begun < kRound);
  return std::chrono::duration<double>(Clock::now() - begun).count() / calls;
}

/// Of each call, the median seconds of five rounds. The rounds alternate, so that other work on the machine slows all
/// alike; a first round of each doesn't count.
std::vector<double> median_of_rounds(const std::vector<const std::function<void()>*>& calls) {
  constexpr std::size_t kRounds = 5;
  std::vector<std::vector<double>> rounds(calls.size());
  for (std::size_t round = 0; round <= kRounds; ++round) {
    for (std::size_t i = 0; i < calls.size(); ++i) {
      const double seconds = seconds_of_round(*calls[i]);
      if (round > 0) rounds[i].push_back(seconds);
    }
  }
  std::vector<double> medians;
  for (std::vector<double>& of_call : rounds) {
    std::sort(of_call.begin(), of_call.end());
    medians.push_back(of_call[kRounds / 2]);
  }
  return medians;
}

}  // namespace

const char* check_result_name(CheckResult result) {
  switch (result) {
    case CheckResult::pass:
      return "pass";
    case CheckResult::fail:
      return "FAIL";
    case CheckResult::skipped:
      return "skipped";
    case CheckResult::note:
      return "note";
  }
  return "";
}

void run_checks(const std::vector<PluginCheck>& checks, std::int64_t skip, const CertifySink& sink) {
  std::string missing;  // the check that failed and without which no other makes sense
  for (std::size_t i = static_cast<std::size_t>(skip); i < checks.size(); ++i) {
    const PluginCheck& check = checks[i];
    if (!missing.empty()) {
      sink.row({check.name, CheckResult::skipped, missing + " failed"});
      continue;
    }
    sink.begin(check.name, check.others_need_it);
    try {
      CheckFinding finding = check.run();
      sink.row({check.name, finding.result, std::move(finding.found)});
    } catch (const std::exception& error) {
      sink.row({check.name, CheckResult::fail, sentence(error)});
      if (check.others_need_it) missing = check.name;
    }
  }
}

std::vector<PluginCheck> common_checks(const PluginDescription& plugin, const std::string& host_build_id,
                                       const MakeFromOptions& make) {
  return {{"handshake",
           [=] {
             open_plugin(plugin, host_build_id);
             return CheckFinding{plugin.kind + " '" + plugin.name + "' " + plugin.version + ", " +
                                 build_text(plugin.build_id)};
           },
           /*others_need_it=*/true},
          {"defaults", [=] { return check_defaults(plugin, make); }, /*others_need_it=*/true},
          {"ranges", [=] { return check_ranges(plugin, make); }},
          {"words", [=] { return check_words(plugin, make); }}};
}

TestedPlugin::TestedPlugin(const PluginDescription& plugin, const Node& given) : PluginDescription(plugin) {
  std::vector<Problem> problems;
  options = checked(plugin, given, problems);
  if (!problems.empty()) throw InvalidInput(std::move(problems));
}

std::optional<TestedPlugin> built_in_plugin(const std::string& kind, const std::string& name) {
  const auto program = std::filesystem::read_symlink("/proc/self/exe");
  const PluginCatalog shipped({program.parent_path().parent_path() / "lib/assay/plugins"});
  const PluginDescription* found = shipped.find(kind, name);
  if (found == nullptr) return std::nullopt;
  return TestedPlugin(*found, Node{Node::Table{}, {}});
}

std::string sentence(const std::exception& error) {
  const auto* input = dynamic_cast<const InvalidInput*>(&error);
  return input != nullptr && !input->problems().empty() ? input->problems().front().what : error.what();
}

double seconds_per_call(const std::function<void()>& call) { return median_of_rounds({&call}).front(); }

CheckFinding compare_time(const std::string& item, const std::function<void()>& ours, const std::string& their_name,
                          const std::optional<std::function<void()>>& theirs) {
  if (!theirs) return {time_text(seconds_per_call(ours)) + " " + item, CheckResult::note};
  const std::vector<double> seconds = median_of_rounds({&ours, &*theirs});
  return {time_text(seconds[0]) + " " + item + "; built-in " + their_name + ": " + time_text(seconds[1]) + ", " +
              short_number(seconds[0] / seconds[1]) + " times as long",
          CheckResult::note};
}

std::string short_number(double number) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.3g", number);
  return text;
}

}  // namespace assay
