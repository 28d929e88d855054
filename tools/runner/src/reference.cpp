#include "reference.h"

#include <cmath>
#include <functional>

#include "assay/range.h"

namespace assay {
namespace {

struct Row {
  std::string key;
  std::string kind;
  std::string default_value;
  std::string meaning;
};

std::string number(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e15) return std::to_string(static_cast<std::int64_t>(value));
  return to_text(Scalar(value));
}

std::string range_of(const Field& field) {
  const bool low = std::isfinite(field.minimum);
  const bool high = std::isfinite(field.maximum);
  std::string text;
  if (low && high)
    text = number(field.minimum) + " to " + number(field.maximum);
  else if (low)
    text = (field.minimum_excluded ? "above " : "at least ") + number(field.minimum);
  else if (high)
    text = "at most " + number(field.maximum);
  if (!field.not_above.empty()) text += (text.empty() ? "" : ", ") + ("not above " + field.not_above);
  if (!field.unit.empty()) text += (text.empty() ? "" : " ") + field.unit;
  return text;
}

std::string word(FieldKind kind) {
  switch (kind) {
    case FieldKind::boolean:
      return "true or false";
    case FieldKind::integer:
      return "whole number";
    case FieldKind::number:
      return "number";
    case FieldKind::text:
      return "text";
    case FieldKind::list:
      return "list";
    case FieldKind::table:
      return "table";
    case FieldKind::table_list:
      return "list of tables";
    case FieldKind::choice:
      return "table with name";
    case FieldKind::map:
      return "table of lists";
  }
  return "";
}

std::string kind_of(const Field& field) {
  std::string text;
  for (const FieldKind kind : field.kinds) {
    std::string part = word(kind);
    if (kind == FieldKind::map && field.element == FieldKind::text) part = "table of texts";
    if (kind == FieldKind::list) part = is_range(field) ? "[low, high]" : "list of " + word(field.element) + "s";
    if (kind == FieldKind::text && (!field.words.empty() || !field.word_patterns.empty())) {
      part.clear();
      for (const std::string& allowed : field.words) part += (part.empty() ? "" : ", ") + ("\"" + allowed + "\"");
      for (const std::string& prefix : field.word_patterns) part += ", \"" + prefix + "=0.95\"";
      if (field.is_path) part += " or a path";
    }
    text += (text.empty() ? "" : " or ") + part;
  }
  const std::string range = range_of(field);
  return range.empty() ? text : text + ", " + range;
}

std::string default_of(const Field& field) {
  if (field.required) return "required";
  const Node& value = field.default_value;
  if (!value.is_set() || value == Node{std::string(), {}}) return "";
  if (value.is_table()) {
    const Node* chosen = value.find(field.choices.empty() ? "plugin" : "name");
    return chosen == nullptr ? "" : to_text(*chosen);
  }
  return to_text(value);
}

void add_rows(const FieldTable& table, const std::string& path, std::vector<Row>& rows) {
  for (const Field& field : table.fields) {
    const bool list = !field.kinds.empty() && field.kinds.front() == FieldKind::table_list;
    const std::string key = path + field.key + (list ? "[]" : "");
    rows.push_back({key, kind_of(field), default_of(field), field.help});
    if (field.table) add_rows(*field.table, key + ".", rows);
    for (const auto& [name, choice] : field.choices) {
      rows.push_back({key + ".name = \"" + name + "\"", "", "", ""});
      add_rows(*choice, key + ".", rows);
    }
  }
}

std::vector<Row> rows_of(const FieldTable& table) {
  std::vector<Row> rows;
  add_rows(table, "", rows);
  return rows;
}

std::string code(const std::string& text) { return text.empty() ? "" : "`" + text + "`"; }

}  // namespace

std::string markdown_of(const FieldTable& table) {
  std::string text = "| key | value | default | meaning |\n|---|---|---|---|\n";
  for (const Row& row : rows_of(table)) {
    text += "| " + code(row.key) + " | " + row.kind + " | " +
            (row.default_value == "required" ? row.default_value : code(row.default_value)) + " | " + row.meaning +
            " |\n";
  }
  return text;
}

std::string text_of(const FieldTable& table) {
  std::string text;
  for (const Row& row : rows_of(table)) {
    text += "  " + row.key +
            (row.default_value.empty()         ? ""
             : row.default_value == "required" ? "  (required)"
                                               : " = " + row.default_value) +
            "\n";
    if (!row.kind.empty()) text += "      " + row.kind + "\n";
    if (!row.meaning.empty()) text += "      " + row.meaning + "\n";
  }
  return text.empty() ? "  no options\n" : text;
}

std::string summary_of(const Field& field) {
  const std::string value = kind_of(field);
  const std::string initial = default_of(field);
  return field.help + " (" + value + (initial.empty() || field.required ? "" : "; default " + initial) + ")";
}

}  // namespace assay
