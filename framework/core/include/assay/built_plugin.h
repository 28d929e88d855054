// For the tests of a plugin: the built library, found, checked and made as a run does it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "assay/plugin_host.h"
#include "assay/toml_file.h"

namespace assay {

/// Makes the plugin of this name and of Interface's kind that lies in a folder. options: its keys as an experiment file
/// has them ("max_factor = 2.0", one a line); keys left out have their defaults.
/// Throws InvalidInput: there is no such plugin, an option is wrong (all of them are told), it doesn't fit this
/// program, or its constructor threw.
template <class Interface>
std::shared_ptr<Interface> built_plugin(const std::filesystem::path& folder, const std::string& name,
                                        const std::string& options = "") {
  const PluginCatalog catalog({std::filesystem::absolute(folder)});
  const PluginDescription* description = catalog.find(Interface::plugin_kind, name);
  if (description == nullptr) throw InvalidInput(catalog.unknown(Interface::plugin_kind, name));
  std::vector<Problem> problems;
  const Node checked = check_table(description->fields, parse_toml(options, name), name, "", problems);
  if (!problems.empty()) throw InvalidInput(std::move(problems));
  return create_plugin<Interface>(catalog, name, checked);
}

}  // namespace assay
