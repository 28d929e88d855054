// The one checker: walks a table beside its description and reports everything that doesn't fit, each with its place.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "assay/fields.h"
#include "assay/range.h"
#include "located_path.h"

namespace assay {
namespace {

std::string dotted(const std::string& path, const std::string& key) { return path.empty() ? key : path + "." + key; }

std::string kind_words(FieldKind kind) {
  switch (kind) {
    case FieldKind::boolean:
      return "true or false";
    case FieldKind::integer:
      return "a whole number";
    case FieldKind::number:
      return "a number";
    case FieldKind::text:
      return "a text";
    case FieldKind::list:
      return "a list";
    case FieldKind::table_list:
      return "a list of tables";
    case FieldKind::table:
    case FieldKind::choice:
    case FieldKind::map:
      return "a table";
  }
  return "";
}

std::string join(const std::vector<std::string>& words, const std::string& last_separator) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? last_separator : ", ";
    text += words[i];
  }
  return text;
}

class Checker {
 public:
  Checker(std::string hint, std::vector<std::string> also_known, std::vector<Problem>& problems)
      : hint_(std::move(hint)), also_known_(std::move(also_known)), problems_(&problems) {}

  Node table(const FieldTable& fields, const Node& given, const std::string& path) const {
    Node checked{Node::Table{}, given.where};
    for (const Node::Entry& entry : given.table()) {
      if (fields.find(entry.key) == nullptr && !fields.open) report_unknown(fields, entry, path);
    }
    for (const Field& field : fields.fields) {
      const Node* value = given.find(field.key);
      if (value != nullptr && value->is_set()) {
        checked.table().push_back({field.key, this->value(field, *value, dotted(path, field.key)), value->where});
      } else if (field.default_value.is_set() && !is_alternative(fields, field.key) &&
                 !is_excluded(fields, given, field.key)) {
        checked.table().push_back({field.key, field.default_value, given.where});
      } else if (field.required) {
        add(given.where, dotted(path, field.key) + " is missing: " + field.help);
      }
    }
    if (fields.open) keep_open_keys(fields, given, checked);
    check_exactly_one(fields, given, path);
    check_excluded(fields, given, path);
    check_order(fields, checked, path);
    return checked;
  }

 private:
  void add(const Location& where, std::string what) const { problems_->push_back({where, std::move(what)}); }

  void report_unknown(const FieldTable& fields, const Node::Entry& entry, const std::string& path) const {
    std::vector<std::string> known = also_known_;
    for (const Field& field : fields.fields) known.push_back(field.key);
    std::string what = dotted(path, entry.key) + ": unknown key" + did_you_mean(entry.key, known);
    if (!hint_.empty()) what += " (" + hint_ + ")";
    add(entry.where.file.empty() ? entry.node.where : entry.where, what);
  }

  /// A default for one of several keys that exclude each other would look like a second one given.
  static bool is_alternative(const FieldTable& fields, const std::string& key) {
    return std::find(fields.exactly_one.begin(), fields.exactly_one.end(), key) != fields.exactly_one.end();
  }

  static bool is_given(const Node& given, const std::string& key) {
    const Node* value = given.find(key);
    return value != nullptr && value->is_set();
  }

  /// A default of what another key excludes would be refused when a stored experiment is read again.
  static bool is_excluded(const FieldTable& fields, const Node& given, const std::string& key) {
    return std::any_of(fields.fields.begin(), fields.fields.end(), [&](const Field& field) {
      return is_given(given, field.key) &&
             std::find(field.excludes.begin(), field.excludes.end(), key) != field.excludes.end();
    });
  }

  void check_excluded(const FieldTable& fields, const Node& given, const std::string& path) const {
    for (const Field& field : fields.fields) {
      if (!is_given(given, field.key)) continue;
      for (const std::string& key : field.excludes) {
        if (!is_given(given, key)) continue;
        add(given.find(key)->where, dotted(path, key) + ": means nothing beside " + field.key + "; give one of them");
      }
    }
  }

  static void keep_open_keys(const FieldTable& fields, const Node& given, Node& checked) {
    for (const Node::Entry& entry : given.table()) {
      if (fields.find(entry.key) == nullptr) checked.table().push_back(entry);
    }
  }

  void check_exactly_one(const FieldTable& fields, const Node& given, const std::string& path) const {
    if (fields.exactly_one.empty()) return;
    const auto count = std::count_if(fields.exactly_one.begin(), fields.exactly_one.end(),
                                     [&](const std::string& key) { return given.find(key) != nullptr; });
    if (count != 1) {
      add(given.where, path + ": give exactly one of " + join(fields.exactly_one, " and ") + ", not " +
                           (count == 0 ? "none" : std::to_string(count)));
    }
  }

  void check_order(const FieldTable& fields, const Node& checked, const std::string& path) const {
    for (const Field& field : fields.fields) {
      if (field.not_above.empty()) continue;
      const Node* low = checked.find(field.key);
      const Node* high = checked.find(field.not_above);
      if (low == nullptr || high == nullptr || !detail::is_of_kind(*low, FieldKind::number) ||
          !detail::is_of_kind(*high, FieldKind::number)) {
        continue;
      }
      if (detail::number_of(*low) > detail::number_of(*high)) {
        add(low->where.line > 0 ? low->where : high->where, dotted(path, field.key) + ": " + to_text(*low) +
                                                                " is above " + field.not_above + ", which is " +
                                                                to_text(*high));
      }
    }
  }

  /// The value as its first fitting kind takes it, with paths made absolute and inner defaults filled in.
  Node value(const Field& field, const Node& given, const std::string& path) const {
    for (const FieldKind kind : field.kinds) {
      if (detail::is_of_kind(given, kind)) return of_kind(field, kind, given, path);
    }
    std::vector<std::string> kinds;
    for (const FieldKind kind : field.kinds) kinds.push_back(kind_words(kind));
    std::string what = path + ": expected " + join(kinds, " or ") + ", not " + kind_name(given);
    if (!given.is_table() && !given.is_list()) what += " (" + to_text(given) + ")";
    add(given.where, what);
    return given;
  }

  Node of_kind(const Field& field, FieldKind kind, const Node& given, const std::string& path) const {
    switch (kind) {
      case FieldKind::boolean:
        return given;
      case FieldKind::integer:
        check_range(field, static_cast<long double>(detail::integer_of(given)), given, path);
        return given;
      case FieldKind::number: {
        const double number = detail::number_of(given);
        if (!is_range(field) || number >= 0 || number < field.minimum) {
          check_range(field, number, given, path);
        } else {
          add(given.where, path + ": " + to_text(given) +
                               " is no range; one number is at least 0, and two ends, lowest first, may be below");
        }
        return {number, given.where};  // a whole number where a number is meant is stored as a number
      }
      case FieldKind::text:
        return text(field, given, path);
      case FieldKind::list:
        return list(field, given, path);
      case FieldKind::table:
        return table(*field.table, given, path);
      case FieldKind::table_list:
        return table_list(field, given, path);
      case FieldKind::choice:
        return choice(field, given, path);
      case FieldKind::map:
        return map(field, given, path);
    }
    return given;
  }

  /// number: a long double, in which every whole number is exact; as doubles, 2^53 and 2^53 + 1 are the same.
  void check_range(const Field& field, long double number, const Node& given, const std::string& path) const {
    const bool too_small = field.minimum_excluded ? number <= field.minimum : number < field.minimum;
    if (std::isfinite(number) && !too_small && number <= field.maximum) return;
    const std::string unit = field.unit.empty() ? "" : " " + field.unit;
    std::string range;
    if (std::isfinite(field.minimum) && std::isfinite(field.maximum)) {
      range = "between " + number_words(field.minimum) + " and " + number_words(field.maximum) + unit;
    } else if (std::isfinite(field.minimum)) {
      range = (field.minimum_excluded ? "above " : "at least ") + number_words(field.minimum) + unit;
    } else if (std::isfinite(field.maximum)) {
      range = "at most " + number_words(field.maximum) + unit;
    } else {
      range = "finite";
    }
    add(given.where, path + ": " + to_text(given) + " is out of range; it must be " + range);
  }

  static std::string number_words(double number) {
    return number == std::floor(number) && std::abs(number) < 1e15 ? std::to_string(static_cast<std::int64_t>(number))
                                                                   : to_text(Scalar(number));
  }

  Node text(const Field& field, const Node& given, const std::string& path) const {
    const std::string word = detail::text_of(given);
    if (std::find(field.words.begin(), field.words.end(), word) != field.words.end()) return given;
    if (field.is_path) return {absolute_path(word, given.where), given.where};
    if (field.words.empty() && field.word_patterns.empty()) return given;
    for (const std::string& prefix : field.word_patterns) {
      if (is_word_with_share(word, prefix)) return given;
    }
    std::vector<std::string> allowed;
    for (const std::string& known : field.words) allowed.push_back("\"" + known + "\"");
    for (const std::string& prefix : field.word_patterns) allowed.push_back("\"" + prefix + "=0.95\"");
    add(given.where,
        path + ": " + to_text(given) + " is not " + join(allowed, " or ") + did_you_mean(word, field.words));
    return given;
  }

  static bool is_word_with_share(const std::string& word, const std::string& prefix) {
    if (!word.starts_with(prefix + "=")) return false;
    const char* begin = word.data() + prefix.size() + 1;
    const char* end = word.data() + word.size();
    double share = -1;
    const auto [rest, error] = std::from_chars(begin, end, share);
    return error == std::errc{} && rest == end && share >= 0 && share <= 1;
  }

  Node list(const Field& field, const Node& given, const std::string& path) const {
    Field element = field;
    element.kinds = {field.element};
    Node checked{Node::List{}, given.where};
    for (std::size_t i = 0; i < given.list().size(); ++i) {
      checked.list().push_back(value(element, given.list()[i], path + "[" + std::to_string(i) + "]"));
    }
    if (is_range(field)) check_ends(given, path);
    return checked;
  }

  void check_ends(const Node& given, const std::string& path) const {
    const Node::List& ends = given.list();
    const auto is_number = [](const Node& end) { return detail::is_of_kind(end, FieldKind::number); };
    if (!std::all_of(ends.begin(), ends.end(), is_number)) return;  // told already
    if (ends.size() == 2 && detail::number_of(ends[0]) <= detail::number_of(ends[1])) return;
    add(given.where, path + ": " + to_text(given) + " is no range; give its two ends, lowest first, or one number");
  }

  Node table_list(const Field& field, const Node& given, const std::string& path) const {
    Node checked{Node::List{}, given.where};
    for (std::size_t i = 0; i < given.list().size(); ++i) {
      checked.list().push_back(table(*field.table, given.list()[i], path + "[" + std::to_string(i) + "]"));
    }
    return checked;
  }

  Node choice(const Field& field, const Node& given, const std::string& path) const {
    std::vector<std::string> names;
    for (const auto& [name, fields] : field.choices) names.push_back(name);
    const Node* name = given.find("name");
    if (name == nullptr || !detail::is_of_kind(*name, FieldKind::text)) {
      add(given.where, path + ".name is missing: it chooses among " + join(names, " and "));
      return given;
    }
    const std::string word = detail::text_of(*name);
    const auto chosen = std::find(names.begin(), names.end(), word);
    if (chosen == names.end()) {
      add(name->where,
          path + ".name: there is no '" + word + "'; there are " + join(names, " and ") + did_you_mean(word, names));
      return given;
    }
    Node rest = given;
    rest.erase("name");
    Node checked{Node::Table{}, given.where};
    checked.set("name", *name);
    const FieldTable& fields = *field.choices[static_cast<std::size_t>(chosen - names.begin())].second;
    const Node options = table(fields, rest, path);
    checked.table().insert(checked.table().end(), options.table().begin(), options.table().end());
    return checked;
  }

  Node map(const Field& field, const Node& given, const std::string& path) const {
    Field texts;
    texts.kinds = {field.element};
    texts.element = FieldKind::text;
    Node checked{Node::Table{}, given.where};
    for (const Node::Entry& entry : given.table()) {
      checked.table().push_back({entry.key, value(texts, entry.node, dotted(path, entry.key)), entry.where});
    }
    return checked;
  }

  std::string hint_;
  std::vector<std::string> also_known_;
  std::vector<Problem>* problems_;
};

}  // namespace

Node check_table(const FieldTable& fields, const Node& given, const std::string& path, const std::string& hint,
                 std::vector<Problem>& problems, const std::vector<std::string>& also_known) {
  return Checker(hint, also_known, problems).table(fields, given, path);
}

}  // namespace assay
