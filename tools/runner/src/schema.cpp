// A schema has two halves. values: which keys there are and what each may hold, always true. completeness: which keys
// must be there, true only of a file that extends no other, and of the items of a list, which never merge.
#include "schema.h"

#include <cmath>
#include <span>

#include "assay/range.h"
#include "reference.h"

namespace assay {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kDraft = "http://json-schema.org/draft-07/schema#";

/// A table whose other keys depend on one word in it: plugin = "crop", name = "adamw".
struct Alternative {
  std::string word;
  const FieldTable* fields;
};

Json number(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e15) return static_cast<std::int64_t>(value);
  return value;
}

Json json_of(const Node& node) {
  if (node.is_list()) {
    Json list = Json::array();
    for (const Node& item : node.list()) list.push_back(json_of(item));
    return list;
  }
  if (node.is_table()) {
    Json table = Json::object();
    for (const Node::Entry& entry : node.table()) {
      if (entry.node.is_set() && entry.node != Node{std::string(), {}}) table[entry.key] = json_of(entry.node);
    }
    return table;
  }
  if (const auto* flag = std::get_if<bool>(&node.value)) return *flag;
  if (const auto* whole = std::get_if<std::int64_t>(&node.value)) return *whole;
  if (const auto* real = std::get_if<double>(&node.value)) return *real;
  return std::get<std::string>(node.value);
}

Json numbers_of(const Field& field, const char* type) {
  Json schema = {{"type", type}};
  if (std::isfinite(field.minimum)) {
    schema[field.minimum_excluded ? "exclusiveMinimum" : "minimum"] = number(field.minimum);
  }
  if (std::isfinite(field.maximum)) schema["maximum"] = number(field.maximum);
  return schema;
}

Json texts_of(const Field& field) {
  Json choices = Json::array();
  if (!field.words.empty()) choices.push_back({{"enum", field.words}});
  for (const std::string& prefix : field.word_patterns) {
    choices.push_back({{"type", "string"}, {"pattern", "^" + prefix + "=(0|1|1\\.0+|0?\\.[0-9]+)$"}});
  }
  // A path is any text; its known words are named so that an editor offers them.
  if (field.is_path || choices.empty()) choices.push_back({{"type", "string"}});
  return choices.size() == 1 ? choices.front() : Json{{"anyOf", choices}};
}

Json require(const std::string& key) { return {{"required", Json::array({key})}}; }

/// Two of the keys, or more.
Json any_two_of(const std::vector<std::string>& keys) {
  Json pairs = Json::array();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    for (std::size_t j = i + 1; j < keys.size(); ++j) pairs.push_back({{"required", {keys[i], keys[j]}}});
  }
  return {{"anyOf", pairs}};
}

bool is_worth_showing(const Field& field) {
  const Node& value = field.default_value;
  if (!value.is_set() || value == Node{std::string(), {}} || value == Node{Node::List{}, {}}) return false;
  const bool chooses = !field.choices.empty() || (field.table && field.table->open);
  return !value.is_table() || chooses;  // the defaults of a plain table stand at its keys
}

class SchemaWriter {
 public:
  explicit SchemaWriter(std::span<const PluginDescription> plugins) : plugins_(plugins) {}

  Json values(const FieldTable& table) const {
    Json properties = Json::object();
    for (const Field& field : table.fields) properties[field.key] = value(field);
    Json schema = {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
    if (!table.exactly_one.empty()) schema["not"] = any_two_of(table.exactly_one);
    return schema;
  }

  /// An empty object where nothing is asked for.
  Json completeness(const FieldTable& table) const {
    Json schema = Json::object();
    Json required = Json::array();
    Json properties = Json::object();
    for (const Field& field : table.fields) {
      if (field.required) required.push_back(field.key);
      if (Json inner = inner_completeness(field); !inner.empty()) properties[field.key] = std::move(inner);
    }
    if (!required.empty()) schema["required"] = required;
    for (const std::string& key : table.exactly_one) schema["anyOf"].push_back(require(key));
    if (!properties.empty()) schema["properties"] = properties;
    return schema;
  }

 private:
  Json value(const Field& field) const {
    Json kinds = Json::array();
    for (const FieldKind kind : field.kinds) kinds.push_back(of_kind(field, kind));
    if (is_range(field) && field.minimum < 0) kinds.front()["minimum"] = 0;  // the one number, not the ends
    Json schema = kinds.size() == 1 ? kinds.front() : Json{{"anyOf", kinds}};
    schema["description"] = summary_of(field);
    if (is_worth_showing(field)) schema["default"] = json_of(field.default_value);
    return schema;
  }

  Json of_kind(const Field& field, FieldKind kind) const {
    switch (kind) {
      case FieldKind::boolean:
        return {{"type", "boolean"}};
      case FieldKind::integer:
        return numbers_of(field, "integer");
      case FieldKind::number:
        return numbers_of(field, "number");
      case FieldKind::text:
        return texts_of(field);
      case FieldKind::list:
        return list_of(field);
      case FieldKind::table:
        return table_of(field);
      case FieldKind::table_list:
        return {{"type", "array"}, {"items", item_of(field)}};
      case FieldKind::choice:
        return chosen_values("name", {}, choices_of(field));
      case FieldKind::map:
        return map_of(field);
    }
    return {};
  }

  Json list_of(const Field& field) const {
    Json schema = {{"type", "array"}, {"items", of_kind(field, field.element)}};
    if (is_range(field)) schema.update({{"minItems", 2}, {"maxItems", 2}});
    return schema;
  }

  static Json map_of(const Field& field) {
    const Json text = {{"type", "string"}};
    const Json list = {{"type", "array"}, {"items", text}};
    return {{"type", "object"}, {"additionalProperties", field.element == FieldKind::list ? list : text}};
  }

  Json table_of(const Field& field) const {
    return field.table->open ? chosen_values("plugin", *field.table, plugins_of(field)) : values(*field.table);
  }

  Json completeness_of_table(const Field& field) const {
    return field.table->open ? chosen_completeness("plugin", *field.table, plugins_of(field))
                             : completeness(*field.table);
  }

  Json item_of(const Field& field) const {
    const Json complete = completeness_of_table(field);
    if (complete.empty()) return table_of(field);
    return {{"allOf", {table_of(field), complete}}};
  }

  /// What must stand inside a field's value; the items of a list have said so themselves.
  Json inner_completeness(const Field& field) const {
    if (!field.choices.empty()) return chosen_completeness("name", {}, choices_of(field));
    if (!field.table || field.kinds.front() == FieldKind::table_list) return Json::object();
    return completeness_of_table(field);
  }

  static std::vector<Alternative> choices_of(const Field& field) {
    std::vector<Alternative> alternatives;
    for (const auto& [name, fields] : field.choices) alternatives.push_back({name, fields.get()});
    return alternatives;
  }

  /// An open table stands under the name of its plugins' kind; the groups are of augmentations.
  std::vector<Alternative> plugins_of(const Field& field) const {
    const std::string kind = field.key == "one_of" ? "augmentation" : field.key;
    std::vector<Alternative> alternatives;
    for (const PluginDescription& plugin : plugins_) {
      if (plugin.kind == kind) alternatives.push_back({plugin.name, &plugin.fields});
    }
    return alternatives;
  }

  /// common: keys beside the word, whatever it is. All alternatives' keys stand in "properties" too: editors offer keys
  /// from there and don't look into "then". A chain of else and no "allOf", for the same reason.
  Json chosen_values(const std::string& key, const FieldTable& common,
                     const std::vector<Alternative>& alternatives) const {
    if (alternatives.empty()) return values(common);
    Json properties = Json::object();
    for (const Field& field : common.fields) properties[field.key] = value(field);
    properties[key]["enum"] = Json::array();
    for (const Alternative& alternative : alternatives) properties[key]["enum"].push_back(alternative.word);
    properties.update(offered(alternatives));

    Json chain = nothing_but(properties);
    for (const std::string& other : others_than(key, common)) {
      chain = {{"if", require(other)}, {"then", nothing_but(values(common)["properties"])}, {"else", std::move(chain)}};
    }
    for (auto alternative = alternatives.rbegin(); alternative != alternatives.rend(); ++alternative) {
      Json own = values(*alternative->fields);
      own["properties"][key] = true;
      for (const Field& field : common.fields) own["properties"][field.key] = true;
      chain = if_word(key, alternative->word, std::move(own), std::move(chain));
    }
    Json schema = {{"type", "object"}, {"properties", properties}};
    if (!common.exactly_one.empty()) schema["not"] = any_two_of(common.exactly_one);
    schema.update(chain);
    return schema;
  }

  /// These keys, whatever they hold, and no other ones.
  static Json nothing_but(const Json& properties) {
    Json schema = {{"properties", Json::object()}, {"additionalProperties", false}};
    for (const auto& [name, unused] : properties.items()) schema["properties"][name] = true;
    return schema;
  }

  /// What may stand in a table in the place of the word: a group in that of a plugin.
  static std::vector<std::string> others_than(const std::string& key, const FieldTable& common) {
    std::vector<std::string> others = common.exactly_one;
    std::erase(others, key);
    return others;
  }

  Json chosen_completeness(const std::string& key, const FieldTable& common,
                           const std::vector<Alternative>& alternatives) const {
    Json schema = completeness(common);
    schema.erase("anyOf");  // of the word and what may stand in its place
    const Field* word = common.find(key);
    if (word == nullptr || !word->required) schema["required"].push_back(key);
    Json chain = Json::object();
    for (auto alternative = alternatives.rbegin(); alternative != alternatives.rend(); ++alternative) {
      Json own = completeness(*alternative->fields);
      if (!own.empty()) chain = if_word(key, alternative->word, std::move(own), std::move(chain));
    }
    schema.update(chain);
    for (const std::string& other : others_than(key, common)) {
      schema = {{"if", require(other)}, {"then", true}, {"else", std::move(schema)}};
    }
    return schema;
  }

  static Json if_word(const std::string& key, const std::string& word, Json then, Json otherwise) {
    Json condition = require(key);
    condition["properties"][key] = {{"const", word}};
    return {{"if", condition}, {"then", std::move(then)}, {"else", std::move(otherwise)}};
  }

  /// All alternatives' keys. A key of several alternatives may hold what any of them takes.
  Json offered(const std::vector<Alternative>& alternatives) const {
    Json by_key = Json::object();
    for (const Alternative& alternative : alternatives) {
      for (const Field& field : alternative.fields->fields) {
        Json own = value(field);
        own["description"] = alternative.word + ": " + own["description"].get<std::string>();
        by_key[field.key].push_back(std::move(own));
      }
    }
    for (auto& [key, values] : by_key.items()) {
      values = values.size() == 1 ? Json(values.front()) : Json{{"anyOf", values}};
    }
    return by_key;
  }

  std::span<const PluginDescription> plugins_;
};

}  // namespace

Json experiment_schema(const FieldTable& experiment, const std::vector<PluginDescription>& plugins) {
  const SchemaWriter writer(plugins);
  Json schema = {{"$schema", kDraft}, {"title", "Assay experiment"}};
  schema.update(writer.values(experiment));
  schema["properties"]["extends"] = {{"type", "string"},
                                     {"description", "another experiment file, which this one starts from"}};
  schema["if"] = require("extends");
  schema["then"] = true;
  schema["else"] = writer.completeness(experiment);
  return schema;
}

Json plugin_schema(const PluginDescription& plugin) {
  const SchemaWriter writer({});
  Json schema = {{"$schema", kDraft}, {"title", plugin.kind + " " + plugin.name + " " + plugin.version}};
  schema.update(writer.values(plugin.fields));
  if (Json complete = writer.completeness(plugin.fields); !complete.empty()) schema["allOf"] = {std::move(complete)};
  return schema;
}

}  // namespace assay
