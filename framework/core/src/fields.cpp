// Builders of fields, and reading scalars from checked nodes. Checking is field_check.cpp.
#include "assay/fields.h"

#include <algorithm>

#include "assay/range.h"

namespace assay {

const Field* FieldTable::find(std::string_view key) const {
  const auto field = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.key == key; });
  return field == fields.end() ? nullptr : &*field;
}

FieldBuilder& FieldBuilder::in(double minimum, double maximum) {
  field_->minimum = minimum;
  field_->maximum = maximum;
  return *this;
}

FieldBuilder& FieldBuilder::at_least(double minimum) {
  field_->minimum = minimum;
  return *this;
}

FieldBuilder& FieldBuilder::above(double minimum) {
  field_->minimum = minimum;
  field_->minimum_excluded = true;
  return *this;
}

FieldBuilder& FieldBuilder::unit(std::string unit) {
  field_->unit = std::move(unit);
  return *this;
}

FieldBuilder& FieldBuilder::words(std::vector<std::string> words) {
  field_->words = std::move(words);
  return *this;
}

FieldBuilder& FieldBuilder::word_with_share(std::string prefix) {
  field_->word_patterns.push_back(std::move(prefix));
  return *this;
}

FieldBuilder& FieldBuilder::not_above(std::string key) {
  field_->not_above = std::move(key);
  return *this;
}

FieldBuilder& FieldBuilder::excludes(std::vector<std::string> keys) {
  field_->excludes = std::move(keys);
  return *this;
}

FieldBuilder& FieldBuilder::required() {
  field_->required = true;
  field_->default_value = Node{};
  return *this;
}

FieldBuilder& FieldBuilder::path() {
  field_->is_path = true;
  return *this;
}

FieldBuilder& FieldBuilder::help(std::string help) {
  field_->help = std::move(help);
  return *this;
}

bool is_range(const Field& field) {
  return field.kinds == std::vector{FieldKind::number, FieldKind::list} && field.element == FieldKind::number;
}

namespace detail {

bool boolean_of(const Node& node) { return std::get<bool>(node.value); }
std::int64_t integer_of(const Node& node) { return std::get<std::int64_t>(node.value); }
std::string text_of(const Node& node) { return std::get<std::string>(node.value); }

double number_of(const Node& node) {
  if (const auto* whole = std::get_if<std::int64_t>(&node.value)) return static_cast<double>(*whole);
  return std::get<double>(node.value);
}

bool is_of_kind(const Node& node, FieldKind kind) {
  switch (kind) {
    case FieldKind::boolean:
      return std::holds_alternative<bool>(node.value);
    case FieldKind::integer:
      return std::holds_alternative<std::int64_t>(node.value);
    case FieldKind::number:
      return node.value.index() == 2 || node.value.index() == 3;
    case FieldKind::text:
      return std::holds_alternative<std::string>(node.value);
    case FieldKind::list:
      return node.is_list();
    case FieldKind::table_list:
      return node.is_list() &&
             std::all_of(node.list().begin(), node.list().end(), [](const Node& item) { return item.is_table(); });
    case FieldKind::table:
    case FieldKind::choice:
    case FieldKind::map:
      return node.is_table();
  }
  return false;
}

}  // namespace detail
}  // namespace assay
