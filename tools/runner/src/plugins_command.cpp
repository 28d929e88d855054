// plugins, plugins describe and reference: what there is and which keys it takes. Opens no library.
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>

#include "assay/experiment.h"
#include "commands.h"
#include "reference.h"

namespace assay {
namespace {

struct PluginsCommandOptions {
  std::vector<std::string> folders;
  std::string name;
  bool json = false;
};

PluginCatalog catalog_of(const PluginsCommandOptions& options) {
  return PluginCatalog(plugin_folders(options.folders));
}

void list_plugins(const PluginsCommandOptions& options) {
  const PluginCatalog catalog = catalog_of(options);
  if (options.json) {
    auto list = nlohmann::ordered_json::array();
    for (const PluginDescription& plugin : catalog.plugins()) {
      list.push_back({{"kind", plugin.kind},
                      {"name", plugin.name},
                      {"version", plugin.version},
                      {"build_id", plugin.build_id},
                      {"library", plugin.library.string()}});
    }
    std::cout << list.dump(2) << "\n";
    return;
  }
  std::vector<PluginDescription> plugins = catalog.plugins();
  std::stable_sort(plugins.begin(), plugins.end(), [](const auto& a, const auto& b) { return a.kind < b.kind; });
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
  const PluginCatalog catalog = catalog_of(options);
  bool found = false;
  for (const PluginDescription& plugin : catalog.plugins()) {
    if (plugin.name != options.name) continue;
    found = true;
    std::cout << plugin.kind << " " << plugin.name << " " << plugin.version << "\n  " << plugin.library.string()
              << "\n  built for " << plugin.build_id << "\noptions:\n"
              << text_of(plugin.fields);
  }
  if (found) return;
  std::vector<std::string> names;
  for (const PluginDescription& plugin : catalog.plugins()) names.push_back(plugin.name);
  std::string known;
  for (const std::string& name : names) known += (known.empty() ? "" : ", ") + name;
  throw InvalidInput("there is no plugin '" + options.name + "'" + did_you_mean(options.name, names) +
                     "; there are: " + known);
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
  std::vector<PluginDescription> plugins = PluginCatalog(plugin_folders({})).plugins();
  std::stable_sort(plugins.begin(), plugins.end(),
                   [](const auto& a, const auto& b) { return std::tie(a.kind, a.name) < std::tie(b.kind, b.name); });
  for (const PluginDescription& plugin : plugins) {
    std::cout << "\n### " << plugin.kind << " `" << plugin.name << "`\n\n"
              << (plugin.fields.fields.empty() ? "No keys of its own.\n" : markdown_of(plugin.fields));
  }
}

void add_folder_option(CLI::App& command, PluginsCommandOptions& options) {
  command.add_option("--path", options.folders, "a folder of plugins to look in first")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace

void add_plugins(CLI::App& app, Invocation&) {
  auto options = std::make_shared<PluginsCommandOptions>();
  CLI::App* command = app.add_subcommand("plugins", "list the plugins that experiments may name");
  command->add_flag("--json", options->json, "print JSON");
  add_folder_option(*command, *options);
  CLI::App* describe = command->add_subcommand("describe", "what a plugin is and which keys it takes");
  describe->add_option("name", options->name, "the plugin's name")->required();
  add_folder_option(*describe, *options);
  describe->callback([options] { describe_plugin(*options); });
  command->callback([options, command] {
    if (command->get_subcommands().empty()) list_plugins(*options);
  });
}

void add_reference(CLI::App& app, Invocation&) {
  app.add_subcommand("reference", "print the reference of experiment files as Markdown")->callback(print_reference);
}

}  // namespace assay
