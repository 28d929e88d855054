// plugins: what there is to name in an experiment, which keys it takes, and a project for one more; schema and
// reference: the same about whole experiment files. Opens no library. Certifying a plugin is certify_command.cpp's.
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>

#include "assay/experiment.h"
#include "assay/printable.h"
#include "commands.h"
#include "new_plugin.h"
#include "reference.h"
#include "schema.h"

namespace assay {
namespace {

struct PluginsCommandOptions {
  std::vector<std::string> folders;
  std::string kind;
  std::string name;
  bool json = false;
};

PluginCatalog catalog_of(const PluginsCommandOptions& options) {
  return PluginCatalog(plugin_folders(options.folders));
}

std::vector<PluginDescription> sorted_plugins(const PluginCatalog& catalog) {
  std::vector<PluginDescription> plugins = catalog.plugins();
  std::stable_sort(plugins.begin(), plugins.end(),
                   [](const auto& a, const auto& b) { return std::tie(a.kind, a.name) < std::tie(b.kind, b.name); });
  return plugins;
}

/// The plugin that is meant. Throws InvalidInput where there is none, or one of several kinds.
PluginDescription named_plugin(const PluginsCommandOptions& options) {
  std::vector<PluginDescription> found;
  std::vector<std::string> names;
  for (const PluginDescription& plugin : sorted_plugins(catalog_of(options))) {
    names.push_back(plugin.name);
    const bool of_kind = options.kind.empty() || plugin.kind == options.kind;
    if (plugin.name == options.name && of_kind) found.push_back(plugin);
  }
  if (found.size() == 1) return found.front();
  std::vector<std::string> kinds;
  for (const PluginDescription& plugin : found) kinds.push_back(plugin.kind);
  if (found.size() > 1) {
    throw InvalidInput("plugins of several kinds are called '" + options.name + "': " + listed(kinds) +
                       "; say which by --kind");
  }
  const std::string meant = did_you_mean(options.name, names);
  throw InvalidInput("there is no " + (options.kind.empty() ? "plugin" : options.kind) + " '" + options.name + "'" +
                     meant + (meant.empty() ? "; there are: " : " There are: ") + listed(names));
}

void list_as_json(const std::vector<PluginDescription>& plugins) {
  auto list = nlohmann::ordered_json::array();
  for (const PluginDescription& plugin : plugins) {
    list.push_back({{"kind", plugin.kind},
                    {"name", plugin.name},
                    {"version", plugin.version},
                    {"build_id", plugin.build_id},
                    {"library", plugin.library.string()}});
  }
  std::cout << list.dump(2) << "\n";
}

void list_plugins(const PluginsCommandOptions& options) {
  const PluginCatalog catalog = catalog_of(options);
  const std::vector<PluginDescription> plugins = sorted_plugins(catalog);
  if (options.json) return list_as_json(plugins);
  for (const PluginDescription& plugin : plugins) {
    std::printf("%-13s %-18s %-8s %s\n", plugin.kind.c_str(), plugin.name.c_str(), plugin.version.c_str(),
                plugin.library.c_str());
  }
  if (plugins.empty()) {
    throw InvalidInput(catalog.unknown("plugin", "*") + "; build them, or name their folder in ASSAY_PLUGIN_PATH");
  }
  std::printf("\nrunner plugins describe NAME tells a plugin's options.\n");
}

void describe_plugin(const PluginsCommandOptions& options) {
  const PluginDescription plugin = named_plugin(options);
  std::cout << plugin.kind << " " << plugin.name << " " << plugin.version << "\n  " << plugin.library.string()
            << "\n  built for " << plugin.build_id << "\noptions:\n"
            << text_of(plugin.fields);
}

void print_plugin_schema(const PluginsCommandOptions& options) {
  if (!options.name.empty()) {
    std::cout << plugin_schema(named_plugin(options)).dump(2) << "\n";
    return;
  }
  nlohmann::ordered_json schemas;
  for (const PluginDescription& plugin : sorted_plugins(catalog_of(options))) {
    schemas[plugin.kind][plugin.name] = plugin_schema(plugin);
  }
  std::cout << schemas.dump(2) << "\n";
}

void print_experiment_schema(const PluginsCommandOptions& options) {
  std::cout << experiment_schema(experiment_fields(), sorted_plugins(catalog_of(options))).dump(2) << "\n";
}

void print_reference() {
  std::cout << "# Experiment files\n\n"
               "Made by `runner reference` from the descriptions that also check the files. Run one with\n"
               "`tools/run experiments/effnet_crop.toml`; find its mistakes with `runner check`.\n\n"
               "`extends = \"base.toml\"` starts from another file: tables merge, lists and single values replace, and "
               "a table\n"
               "whose `plugin` or `name` changes drops the other one's keys. `--set training.epochs=20` changes a key "
               "from the\n"
               "command line; `--set augmentation.crop.min_area=0.5` reaches an augmentation by its `id`. Paths in a "
               "file start at\n"
               "the file's folder, paths in `--set` at the current one.\n\n## Keys\n\n"
            << markdown_of(experiment_fields()) << "\n## Keys of the plugins\n";
  for (const PluginDescription& plugin : sorted_plugins(PluginCatalog(plugin_folders({})))) {
    std::cout << "\n### " << plugin.kind << " `" << plugin.name << "`\n\n"
              << (plugin.fields.fields.empty() ? "No keys of its own.\n" : markdown_of(plugin.fields));
  }
}

void add_folder_option(CLI::App& command, PluginsCommandOptions& options) {
  command.add_option("--path", options.folders, "a folder of plugins to look in first")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_list_options(CLI::App& command, PluginsCommandOptions& options) {
  command.add_flag("--json", options.json, "print JSON");
  add_folder_option(command, options);
}

void add_name_options(CLI::App& command, PluginsCommandOptions& options) {
  command.add_option("name", options.name, "the plugin's name");
  command.add_option("--kind", options.kind, "its kind, where plugins of two kinds share a name")
      ->check(CLI::IsMember(plugin_kinds()));
  add_folder_option(command, options);
}

void add_new(CLI::App& plugins) {
  auto options = std::make_shared<NewPluginOptions>();
  CLI::App* command = plugins.add_subcommand("new", "write a project for a plugin of your own");
  command->add_option("kind", options->kind, "what it is to be")->required()->check(CLI::IsMember(plugin_kinds()));
  command->add_option("name", options->name, "its name: small letters, digits and single underscores")->required();
  command->add_option("--into", options->into, "the folder that gets the project's folder (default: the current one)");
  command->callback([options] { std::cout << write_new_plugin(*options); });
}

}  // namespace

void add_plugins(CLI::App& app, Invocation&) {
  auto options = std::make_shared<PluginsCommandOptions>();
  CLI::App* command = app.add_subcommand("plugins", "the plugins that experiments may name, and new ones");
  add_list_options(*command, *options);
  command->callback([options, command] {
    if (command->get_subcommands().empty()) list_plugins(*options);
  });

  CLI::App* list = command->add_subcommand("list", "what there is; 'list' may be left out");
  add_list_options(*list, *options);
  list->callback([options] { list_plugins(*options); });

  CLI::App* describe = command->add_subcommand("describe", "what a plugin is and which keys it takes");
  add_name_options(*describe, *options);
  describe->get_option("name")->required();
  describe->callback([options] { describe_plugin(*options); });

  CLI::App* schema = command->add_subcommand("schema", "a plugin's keys as JSON Schema; without a name, all plugins'");
  add_name_options(*schema, *options);
  schema->callback([options] { print_plugin_schema(*options); });

  add_new(*command);
  add_certify(*command);
}

void add_schema(CLI::App& app, Invocation&) {
  auto options = std::make_shared<PluginsCommandOptions>();
  CLI::App* command = app.add_subcommand("schema", "print the JSON Schema of experiment files, for editors");
  add_folder_option(*command, *options);
  command->callback([options] { print_experiment_schema(*options); });
}

void add_reference(CLI::App& app, Invocation&) {
  app.add_subcommand("reference", "print the reference of experiment files as Markdown")->callback(print_reference);
}

}  // namespace assay
