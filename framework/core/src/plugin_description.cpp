// The description file beside a plugin: a field table as TOML, and back.
#include <limits>

#include "assay/plugin_host.h"
#include "assay/printable.h"
#include "assay/toml_file.h"
#include "experiment_fields.h"

namespace assay {
namespace {

constexpr std::array<std::pair<FieldKind, const char*>, 9> kKindNames = {{{FieldKind::boolean, "boolean"},
                                                                          {FieldKind::integer, "integer"},
                                                                          {FieldKind::number, "number"},
                                                                          {FieldKind::text, "text"},
                                                                          {FieldKind::list, "list"},
                                                                          {FieldKind::table, "table"},
                                                                          {FieldKind::table_list, "table_list"},
                                                                          {FieldKind::choice, "choice"},
                                                                          {FieldKind::map, "map"}}};

Node name_of(FieldKind kind) {
  for (const auto& [known, name] : kKindNames) {
    if (known == kind) return {std::string(name), {}};
  }
  return {};
}

FieldKind kind_of(const Node& node) {
  for (const auto& [kind, name] : kKindNames) {
    if (std::get<std::string>(node.value) == name) return kind;
  }
  throw InvalidInput(node.where, "there is no kind of field " + to_text(node));
}

Node texts(const std::vector<std::string>& values) {
  Node list{Node::List{}, {}};
  for (const std::string& value : values) list.list().push_back({value, {}});
  return list;
}

std::vector<std::string> texts_of(const Node* list) {
  return list == nullptr ? std::vector<std::string>{} : from_node<std::vector<std::string>>(*list);
}

Node to_node(const FieldTable& table);

Node to_node(const Field& field) {
  Node node{Node::Table{}, {}};
  node.set("key", {field.key, {}});
  Node kinds{Node::List{}, {}};
  for (const FieldKind kind : field.kinds) kinds.list().push_back(name_of(kind));
  node.set("kinds", std::move(kinds));
  node.set("element", name_of(field.element));
  if (field.default_value.is_set()) node.set("default", field.default_value);
  if (field.required) node.set("required", {true, {}});
  if (field.is_path) node.set("path", {true, {}});
  if (field.minimum > -std::numeric_limits<double>::infinity()) node.set("minimum", {field.minimum, {}});
  if (field.maximum < std::numeric_limits<double>::infinity()) node.set("maximum", {field.maximum, {}});
  if (field.minimum_excluded) node.set("minimum_excluded", {true, {}});
  if (!field.unit.empty()) node.set("unit", {field.unit, {}});
  if (!field.words.empty()) node.set("words", texts(field.words));
  if (!field.word_patterns.empty()) node.set("word_patterns", texts(field.word_patterns));
  if (!field.not_above.empty()) node.set("not_above", {field.not_above, {}});
  if (!field.excludes.empty()) node.set("excludes", texts(field.excludes));
  node.set("help", {field.help, {}});
  if (field.table) node.set("table", to_node(*field.table));
  if (!field.choices.empty()) {
    Node choices{Node::Table{}, {}};
    for (const auto& [name, table] : field.choices) choices.set(name, to_node(*table));
    node.set("choices", std::move(choices));
  }
  return node;
}

Node to_node(const FieldTable& table) {
  Node node{Node::Table{}, {}};
  Node fields{Node::List{}, {}};
  for (const Field& field : table.fields) fields.list().push_back(to_node(field));
  node.set("fields", std::move(fields));
  if (!table.exactly_one.empty()) node.set("exactly_one", texts(table.exactly_one));
  return node;
}

FieldTable table_of(const Node& node);

Field field_of(const Node& node) {
  const auto text = [&](const char* key) { return node.find(key) ? std::get<std::string>(node.find(key)->value) : ""; };
  const auto flag = [&](const char* key) { return node.find(key) != nullptr; };
  Field field;
  field.key = text("key");
  for (const Node& kind : node.find("kinds")->list()) field.kinds.push_back(kind_of(kind));
  field.element = kind_of(*node.find("element"));
  if (const Node* value = node.find("default")) field.default_value = *value;
  field.required = flag("required");
  field.is_path = flag("path");
  if (const Node* minimum = node.find("minimum")) field.minimum = from_node<double>(*minimum);
  if (const Node* maximum = node.find("maximum")) field.maximum = from_node<double>(*maximum);
  field.minimum_excluded = flag("minimum_excluded");
  field.unit = text("unit");
  field.words = texts_of(node.find("words"));
  field.word_patterns = texts_of(node.find("word_patterns"));
  field.not_above = text("not_above");
  field.excludes = texts_of(node.find("excludes"));
  field.help = text("help");
  if (const Node* table = node.find("table")) field.table = std::make_shared<FieldTable>(table_of(*table));
  if (const Node* choices = node.find("choices")) {
    for (const Node::Entry& choice : choices->table()) {
      field.choices.emplace_back(choice.key, std::make_shared<FieldTable>(table_of(choice.node)));
    }
  }
  return field;
}

FieldTable table_of(const Node& node) {
  FieldTable table;
  if (const Node* fields = node.find("fields")) {
    for (const Node& field : fields->list()) table.fields.push_back(field_of(field));
  }
  table.exactly_one = texts_of(node.find("exactly_one"));
  return table;
}

}  // namespace

std::string write_description(const PluginDescription& description) {
  Node node{Node::Table{}, {}};
  node.set("kind", {description.kind, {}});
  node.set("name", {description.name, {}});
  node.set("version", {description.version, {}});
  node.set("build_id", {description.build_id, {}});
  if (description.mixes) node.set("mixes", {true, {}});
  node.set("options", to_node(description.fields));
  return write_toml(node);
}

PluginDescription read_description(const std::filesystem::path& file) {
  const Node node = read_toml(file);
  PluginDescription description;
  try {
    for (const auto& [key, member] :
         {std::pair("kind", &description.kind), std::pair("name", &description.name),
          std::pair("version", &description.version), std::pair("build_id", &description.build_id)}) {
      if (node.find(key) == nullptr) throw InvalidInput(node.where, std::string(key) + " is missing");
      *member = std::get<std::string>(node.find(key)->value);
    }
    description.mixes = node.find("mixes") != nullptr;
    if (const Node* options = node.find("options")) description.fields = table_of(*options);
  } catch (const std::bad_variant_access&) {
    throw InvalidInput(Location{file.string()}, "this is no description of a plugin; build the plugin again");
  }
  std::string library = std::filesystem::absolute(file).string();
  library.replace(library.size() - std::string_view(".plugin.toml").size(), std::string::npos, ".so");
  description.library = library;
  refuse_reserved_keys(description);
  return description;
}

void refuse_reserved_keys(const PluginDescription& description) {
  static const FieldTable sections = experiment_fields();
  const Field* section = sections.find(description.kind);  // each kind of plugin has the section of its name
  if (section == nullptr || section->table == nullptr) return;
  std::vector<std::string> taken;
  for (const Field& option : description.fields.fields) {
    if (section->table->find(option.key) != nullptr) taken.push_back("'" + option.key + "'");
  }
  if (taken.empty()) return;
  const bool is_one = taken.size() == 1;
  throw InvalidInput(description.report_name().text() + " describes " + (is_one ? "an option" : "options") +
                     " called " + listed(taken) + ", which " + (is_one ? "is" : "are") +
                     " the framework's in every entry of a plugin of this kind and never " +
                     (is_one ? "reaches" : "reach") + " it; rename " + (is_one ? "it" : "them"));
}

}  // namespace assay
