// From a merged tree to a checked, typed experiment.
#include "assay/experiment.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "dataset_meaning.h"
#include "experiment_fields.h"
#include "experiment_file.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

/// A section of the file that names plugins of one kind, and the framework's own keys in it.
struct PluginSection {
  const char* section;
  const char* kind;
};
constexpr PluginSection kSingleSections[] = {{"sampler", "sampler"}, {"backbone", "backbone"}, {"head", "head"}};

/// Another plugin of the kind that takes this key; nullptr when none does.
const PluginDescription* plugin_with(const std::string& key, const std::string& kind, const PluginCatalog& catalog) {
  const auto& plugins = catalog.plugins();
  const auto found = std::find_if(plugins.begin(), plugins.end(), [&](const PluginDescription& plugin) {
    return plugin.kind == kind && plugin.fields.find(key) != nullptr;
  });
  return found == plugins.end() ? nullptr : &*found;
}

/// Takes out and reports the keys that are no misspelling of the plugin's own, but another plugin's: `hue` in an entry
/// of brightness_contrast. known: the keys that a misspelt one may mean.
void report_keys_of_others(Node& own, const PluginDescription& plugin, const std::vector<std::string>& known,
                           const std::string& path, const PluginCatalog& catalog, std::vector<Problem>& problems) {
  Node kept{Node::Table{}, own.where};
  for (const Node::Entry& item : own.table()) {
    const bool is_odd = plugin.fields.find(item.key) == nullptr && nearest_word(item.key, known).empty();
    const PluginDescription* other = is_odd ? plugin_with(item.key, plugin.kind, catalog) : nullptr;
    if (other == nullptr) {
      kept.table().push_back(item);
      continue;
    }
    problems.push_back({item.where.file.empty() ? item.node.where : item.where,
                        path + "." + item.key + ": unknown key; " + plugin.kind + " '" + other->name +
                            "' has it (runner plugins describe " + other->name + ")"});
  }
  own = std::move(kept);
}

/// Checks the keys that only the plugin knows, fills in their defaults and puts them into the entry.
void check_plugin_options(Node& entry, const std::string& kind, const FieldTable& common, const std::string& path,
                          const PluginCatalog& catalog, std::vector<Problem>& problems) {
  const Node* name_node = entry.find("plugin");
  if (name_node == nullptr || !std::holds_alternative<std::string>(name_node->value)) return;  // reported already
  const auto& name = std::get<std::string>(name_node->value);
  const PluginDescription* plugin = catalog.find(kind, name);
  if (plugin == nullptr) {
    problems.push_back({name_node->where, catalog.unknown(kind, name)});
    return;
  }
  Node own{Node::Table{}, entry.where};
  Node shared{Node::Table{}, entry.where};
  for (Node::Entry& item : entry.table()) (common.find(item.key) ? shared : own).table().push_back(item);
  std::vector<std::string> framework_keys;  // a mistyped one ("wieghts") looks like a plugin's
  for (const Field& field : common.fields) framework_keys.push_back(field.key);
  std::vector<std::string> known = framework_keys;
  for (const Field& field : plugin->fields.fields) known.push_back(field.key);
  report_keys_of_others(own, *plugin, known, path, catalog, problems);
  const Node checked =
      check_table(plugin->fields, own, path, "runner plugins describe " + name, problems, framework_keys);
  for (const Node::Entry& item : checked.table()) shared.table().push_back(item);
  entry = std::move(shared);
}

/// Gives an entry its id, which is the plugin's name where none is given; a group has none then. ids: those so far.
void check_id(Node& entry, std::set<std::string>& ids, std::vector<Problem>& problems) {
  const Node* plugin = entry.find("plugin");
  const Node* given = entry.find("id");
  if (given == nullptr || *given == Node{std::string(), {}}) {
    if (plugin != nullptr) {
      entry.set("id", Node{plugin->value, plugin->where});
    } else {
      entry.erase("id");
    }
  }
  const Node* id = entry.find("id");
  if (id == nullptr || !std::holds_alternative<std::string>(id->value)) return;  // reported already
  const auto name = std::get<std::string>(id->value);
  if (!ids.insert(name).second) {
    problems.push_back({id->where, "augmentation: two entries have the id '" + name + "'; give one an id of its own"});
  }
}

/// Keys that no plugin takes, since the entry is a group.
void check_keys_of_group(const Node& group, const FieldTable& common, std::vector<Problem>& problems) {
  if (group.find("plugin") != nullptr) return;  // reported already: it is to be one or the other
  for (const Node::Entry& item : group.table()) {
    if (common.find(item.key) != nullptr) continue;
    problems.push_back({item.where.file.empty() ? item.node.where : item.where,
                        "augmentation." + item.key +
                            ": a group has no plugin that takes it; put it into an entry of "
                            "its one_of"});
  }
}

/// What is wrong with the choice between a group's entries.
void check_choice(const Node& choices, std::vector<Problem>& problems) {
  bool all_zero = true;
  for (const Node& choice : choices.list()) {
    if (const Node* inner = choice.find("one_of")) {
      problems.push_back({inner->where, "augmentation.one_of: an entry of one_of is a plugin, not another group"});
    }
    const Node* probability = choice.find("probability");
    all_zero = all_zero && probability != nullptr && *probability == Node{0.0, {}};
  }
  if (choices.list().empty()) {
    problems.push_back({choices.where, "augmentation.one_of is empty; give it the plugins to choose from"});
  } else if (all_zero) {
    problems.push_back({choices.where, "augmentation.one_of: every entry has probability 0, so none can be chosen"});
  }
}

const PluginDescription* augmentation_of(const Node& entry, const PluginCatalog& catalog) {
  const Node* plugin = entry.find("plugin");
  if (plugin == nullptr || !std::holds_alternative<std::string>(plugin->value)) return nullptr;
  return catalog.find("augmentation", std::get<std::string>(plugin->value));
}

/// A group's choice is made for each batch where its plugins mix pictures, and for each picture where they don't.
void check_mixing(const Node& choices, const PluginCatalog& catalog, std::vector<Problem>& problems) {
  const PluginDescription* mixing = nullptr;
  const PluginDescription* other = nullptr;
  for (const Node& choice : choices.list()) {
    const PluginDescription* plugin = augmentation_of(choice, catalog);
    if (plugin != nullptr) (plugin->mixes ? mixing : other) = plugin;
  }
  if (mixing == nullptr || other == nullptr) return;
  problems.push_back({choices.where, "augmentation.one_of holds '" + mixing->name +
                                         "', which mixes the pictures of a batch, and '" + other->name +
                                         "', which doesn't; put them into groups of their own"});
}

void check_augmentation(Node& entry, const FieldTable& common, const PluginCatalog& catalog, std::set<std::string>& ids,
                        std::vector<Problem>& problems) {
  const Node* plugin = entry.find("plugin");
  if (plugin == nullptr || !std::holds_alternative<std::string>(plugin->value)) return;  // reported already
  check_id(entry, ids, problems);
  check_plugin_options(entry, "augmentation", common, std::get<std::string>(entry.find("id")->value), catalog,
                       problems);
}

void check_augmentations(Node& list, const FieldTable& common, const PluginCatalog& catalog,
                         std::vector<Problem>& problems) {
  std::set<std::string> ids;
  for (Node& entry : list.list()) {
    const Node* group = entry.find("one_of");
    if (group == nullptr || !detail::is_of_kind(*group, FieldKind::table_list)) {
      check_augmentation(entry, common, catalog, ids, problems);
      continue;
    }
    check_id(entry, ids, problems);
    check_keys_of_group(entry, common, problems);
    Node& choices = *entry.find("one_of");  // where it is now that the id was seen to
    check_choice(choices, problems);
    check_mixing(choices, catalog, problems);
    for (Node& choice : choices.list()) {
      if (choice.find("one_of") != nullptr) continue;  // reported already
      check_augmentation(choice, *common.find("one_of")->table, catalog, ids, problems);
    }
  }
}

void check_plugins(Node& checked, const FieldTable& fields, const PluginCatalog& catalog,
                   std::vector<Problem>& problems) {
  if (Node* list = checked.find("augmentation"); list != nullptr && list->is_list()) {
    check_augmentations(*list, *fields.find("augmentation")->table, catalog, problems);
  }
  for (const auto& [section, kind] : kSingleSections) {
    Node* entry = checked.find(section);
    if (entry == nullptr || !entry->is_table()) continue;
    check_plugin_options(*entry, kind, *fields.find(section)->table, section, catalog, problems);
  }
}

bool is_name(const std::string& name) {
  return !name.empty() && std::isalpha(static_cast<unsigned char>(name.front())) != 0 &&
         std::all_of(name.begin(), name.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.'; });
}

/// The first entry, of a group or not, whose plugin mixes pictures; nullptr when there is none.
const Node* mixing_entry(const Node& entries, const PluginCatalog& catalog) {
  for (const Node& entry : entries.list()) {
    const Node* group = entry.find("one_of");
    if (group != nullptr) {
      if (const Node* inner = mixing_entry(*group, catalog)) return inner;
      continue;
    }
    const PluginDescription* plugin = augmentation_of(entry, catalog);
    if (plugin != nullptr && plugin->mixes) return &entry;
  }
  return nullptr;
}

/// What keeps features that are to be kept from being the same each epoch.
void check_feature_cache(const Node& checked, const ExperimentFile& file, const PluginCatalog& catalog,
                         std::vector<Problem>& problems) {
  if (file.training.feature_cache != "on" || file.augmentation.empty()) return;
  const Location& where = checked.find("training")->find("feature_cache")->where;
  if (file.pipeline.views == 0) {
    problems.push_back({where,
                        "training.feature_cache: \"on\" needs pipeline.views above 0, since a new view every epoch "
                        "has new features"});
  }
  if (const Node* mixing = mixing_entry(*checked.find("augmentation"), catalog)) {
    problems.push_back({where, "training.feature_cache: \"on\" can't be done beside augmentation '" +
                                   std::get<std::string>(mixing->find("plugin")->value) +
                                   "', which mixes the pictures of each batch anew; take one of them out"});
  }
}

/// Rules that join several keys, or a key and the disk.
void check_meaning(const Node& checked, const ExperimentFile& file, const PluginCatalog& catalog,
                   std::vector<Problem>& problems) {
  const auto where = [&](const char* section, const char* key) {
    const Node* node = checked.find(section);
    if (node != nullptr && key != nullptr) node = node->find(key);
    return node == nullptr ? Location{} : node->where;
  };
  if (!is_name(file.name)) {
    problems.push_back(
        {where("name", nullptr),
         "name: '" + file.name + "' must start with a letter and hold only letters, digits, '_', '-' and '.'"});
  }
  check_dataset(*checked.find("dataset"), file.dataset, problems);
  if (file.backbone.weights != "imagenet" && file.backbone.weights != "none" && !fs::exists(file.backbone.weights)) {
    problems.push_back({where("backbone", "weights"), "backbone.weights: there is no file " + file.backbone.weights});
  }
  for (const auto& [key, values] :
       {std::pair("mean", &file.preprocessing.mean), std::pair("std", &file.preprocessing.std)}) {
    if (*values && (*values)->size() != 3) {
      problems.push_back({where("preprocessing", key),
                          std::string("preprocessing.") + key + ": expected three numbers, for R, G and B"});
    }
  }
  check_feature_cache(checked, file, catalog, problems);
}

/// The plugin's own keys of an entry, without those of the framework.
Node own_options(const Node& entry, const FieldTable& common) {
  Node own{Node::Table{}, entry.where};
  for (const Node::Entry& item : entry.table()) {
    if (common.find(item.key) == nullptr) own.table().push_back(item);
  }
  return own;
}

void set_options(AugmentationEntry& entry, const Node& node, const FieldTable& fields) {
  for (std::size_t i = 0; i < entry.one_of.size(); ++i) {
    entry.one_of[i].options = own_options(node.find("one_of")->list()[i], *fields.find("one_of")->table);
  }
  if (entry.one_of.empty()) entry.options = own_options(node, fields);
}

Experiment typed(Node resolved) {
  const FieldTable fields = experiment_fields();
  ExperimentFile file = make_options<ExperimentFile>(resolved);
  Experiment experiment{file.name,
                        file.seed,
                        file.dataset,
                        file.preprocessing,
                        file.pipeline,
                        file.augmentation,
                        file.sampler,
                        file.backbone,
                        file.head,
                        file.training,
                        file.evaluation,
                        file.plugins,
                        {}};
  if (const Node* list = resolved.find("augmentation")) {
    for (std::size_t i = 0; i < experiment.augmentations.size(); ++i) {
      set_options(experiment.augmentations[i], list->list()[i], *fields.find("augmentation")->table);
    }
  }
  experiment.sampler.options = own_options(*resolved.find("sampler"), *fields.find("sampler")->table);
  experiment.backbone.options = own_options(*resolved.find("backbone"), *fields.find("backbone")->table);
  experiment.head.options = own_options(*resolved.find("head"), *fields.find("head")->table);
  experiment.resolved = std::move(resolved);
  return experiment;
}

}  // namespace

PluginCatalog catalog_for(const PluginsOptions& options) { return PluginCatalog(plugin_folders(options.path)); }

Experiment read_experiment(const fs::path& file, const std::vector<std::string>& settings) {
  Node given = read_with_bases(file);
  if (given.table().empty() && settings.empty()) {
    throw InvalidInput(
        Location{file.string(), 1, 1},
        "this file is empty; it needs at least dataset.path and backbone.plugin (see experiments/README.md)");
  }
  for (const std::string& setting : settings) apply_setting(given, setting);
  if (given.find("name") == nullptr) given.set("name", {file.stem().string(), given.where});
  place_sources(given);

  std::vector<Problem> problems;
  const FieldTable fields = experiment_fields();
  Node checked = check_table(fields, given, "", "", problems);
  PluginsOptions plugins;
  if (problems.empty()) plugins = from_node<PluginsOptions>(*checked.find("plugins"));
  const PluginCatalog catalog = catalog_for(plugins);
  check_plugins(checked, fields, catalog, problems);
  if (problems.empty()) check_meaning(checked, make_options<ExperimentFile>(checked), catalog, problems);
  if (!problems.empty()) {
    std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
      return std::tie(a.where.file, a.where.line, a.where.column) <
             std::tie(b.where.file, b.where.line, b.where.column);
    });
    throw InvalidInput(std::move(problems));
  }
  return typed(std::move(checked));
}

std::string name_of(const SourceOptions& source) {
  if (source.name) return *source.name;
  fs::path path = fs::path(source.path).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();  // "fold_0/"
  const bool is_manifest = path.extension() == ".csv" || path.extension() == ".CSV";
  return (is_manifest ? path.stem() : path.filename()).string();
}

Experiment experiment_from_resolved(const Node& resolved) { return typed(resolved); }

}  // namespace assay
