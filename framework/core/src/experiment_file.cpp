#include "experiment_file.h"

#include <algorithm>

#include "assay/experiment.h"
#include "assay/toml_file.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

bool same_text(const Node* a, const Node* b) { return a != nullptr && b != nullptr && *a == *b; }

/// A table that now names another plugin or choice has other options: the base's would be unknown keys or, worse, mean
/// something else.
bool chooses_another(const Node& base, const Node& over) {
  for (const char* key : {"plugin", "name"}) {
    if (over.find(key) != nullptr && base.find(key) != nullptr && !same_text(over.find(key), base.find(key)))
      return true;
  }
  return false;
}

/// Where one of several keys excludes the others (group = { pattern } or { block }), a new one takes the old one's
/// place.
void drop_alternatives(Node& base, const std::string& key, const FieldTable* fields) {
  if (fields == nullptr) return;
  const auto& keys = fields->exactly_one;
  if (std::find(keys.begin(), keys.end(), key) == keys.end()) return;
  for (const std::string& other : keys) {
    if (other != key) base.erase(other);
  }
}

/// The description of the table under a key; nullptr where there is none.
const FieldTable* inner_fields(const FieldTable* fields, const std::string& key) {
  const Field* field = fields == nullptr ? nullptr : fields->find(key);
  return field == nullptr ? nullptr : field->table.get();
}

void merge(Node& base, const Node& over, const FieldTable* fields, bool top) {
  if (!base.is_table() || !over.is_table() || (!top && chooses_another(base, over))) {
    base = over;
    return;
  }
  base.where = over.where;
  for (const Node::Entry& entry : over.table()) {
    drop_alternatives(base, entry.key, fields);
    if (Node* existing = base.find(entry.key)) {
      merge(*existing, entry.node, inner_fields(fields, entry.key), false);
    } else {
      base.table().push_back(entry);
    }
  }
}

Node read_chain(const fs::path& file, std::vector<fs::path> chain) {
  std::error_code error;
  const fs::path canonical = fs::weakly_canonical(file, error);
  const bool seen = std::find(chain.begin(), chain.end(), canonical) != chain.end();
  chain.push_back(canonical);
  if (seen) {
    std::string cycle;
    for (const fs::path& link : chain) cycle += (cycle.empty() ? "" : " extends ") + link.filename().string();
    throw InvalidInput(Location{file.string()}, "extends itself: " + cycle);
  }
  Node own = read_toml(file);
  const Node* extends = own.find("extends");
  if (extends == nullptr) return own;
  const auto* base_name = std::get_if<std::string>(&extends->value);
  if (base_name == nullptr) throw InvalidInput(extends->where, "extends: expected a text, not " + kind_name(*extends));
  const fs::path base_file = file.parent_path() / *base_name;
  if (!fs::exists(base_file, error))
    throw InvalidInput(extends->where, "extends: there is no file " + base_file.string());
  Node merged = read_chain(base_file, chain);
  own.erase("extends");
  const FieldTable fields = experiment_fields();
  merge(merged, own, &fields, true);
  return merged;
}

/// A source goes by its path's last part where it has no name.
bool is_source_called(const Node& item, const std::string& word) {
  const Node* path = item.find("path");
  if (path == nullptr || item.find("name") != nullptr || !std::holds_alternative<std::string>(path->value))
    return false;
  SourceOptions source;
  source.path = std::get<std::string>(path->value);
  return name_of(source) == word;
}

/// The entries of a list of tables, and those of the groups among them.
std::vector<Node*> entries_of(Node& list) {
  std::vector<Node*> entries;
  for (Node& item : list.list()) {
    entries.push_back(&item);
    Node* choices = item.find("one_of");
    if (choices == nullptr || !choices->is_list()) continue;
    for (Node& choice : choices->list()) entries.push_back(&choice);
  }
  return entries;
}

/// The entry of a list of tables that a setting's word means: by id, by plugin, or by name.
Node* entry_of(Node& list, const std::string& word) {
  const std::vector<Node*> entries = entries_of(list);
  for (const char* key : {"id", "plugin", "name"}) {
    for (Node* item : entries) {
      const Node* name = item->find(key);
      if (name != nullptr && *name == Node{word, {}}) return item;
    }
  }
  for (Node& item : list.list()) {
    if (is_source_called(item, word)) return &item;
  }
  return nullptr;
}

Node value_of(const std::string& text, const Location& where) {
  Node value{text, where};
  try {
    const Node parsed = parse_toml("value = " + text, where.file);
    if (parsed.table().size() == 1) value = *parsed.find("value");
  } catch (const InvalidInput&) {
    // Not TOML: a text without quotes, as people type it in a shell.
  }
  return value;
}

void place_everywhere(Node& node, const Location& where) {
  node.where = where;
  if (node.is_table()) {
    for (auto& entry : node.table()) {
      entry.where = where;
      place_everywhere(entry.node, where);
    }
  }
  if (node.is_list()) {
    for (Node& item : node.list()) place_everywhere(item, where);
  }
}

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  while (start <= path.size()) {
    const std::size_t dot = std::min(path.find('.', start), path.size());
    parts.push_back(path.substr(start, dot - start));
    start = dot + 1;
  }
  return parts;
}

}  // namespace

Node read_with_bases(const fs::path& file) { return read_chain(file, {}); }

void apply_setting(Node& experiment, const std::string& setting) {
  const Location where{"--set " + setting, 0, 0};
  const std::size_t equal = setting.find('=');
  if (equal == std::string::npos || equal == 0) {
    throw InvalidInput(where, "a setting is key=value, as in training.epochs=20");
  }
  Node value = value_of(setting.substr(equal + 1), where);
  place_everywhere(value, where);

  const std::vector<std::string> parts = parts_of(setting.substr(0, equal));
  const FieldTable fields = experiment_fields();
  const FieldTable* known = &fields;
  Node* table = &experiment;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    drop_alternatives(*table, parts[i], known);
    Node* next = table->find(parts[i]);
    known = inner_fields(known, parts[i]);
    if (next == nullptr) {
      table->table().push_back({parts[i], Node{Node::Table{}, where}, where});
      next = &table->table().back().node;
    }
    if (next->is_list() && i + 2 < parts.size()) {
      next = entry_of(*next, parts[++i]);
      if (next == nullptr) throw InvalidInput(where, parts[i - 1] + " has no entry '" + parts[i] + "'");
    }
    if (!next->is_table()) throw InvalidInput(where, parts[i] + " is " + kind_name(*next) + ", not a table");
    table = next;
  }
  const std::string& key = parts.back();
  // A "name" chooses where it isn't described as a key of its own, as a source's is.
  const bool chooses = key == "plugin" || (key == "name" && known == nullptr);
  if (chooses && !same_text(table->find(key), &value)) table->table().clear();
  table->where = table->table().empty() ? where : table->where;
  drop_alternatives(*table, key, known);
  table->erase(key);
  table->table().push_back({key, std::move(value), where});
}

}  // namespace assay
