// Plugins as a run has them: the built libraries, found, checked and made by the plugin host.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "assay/plugin_host.h"

namespace assay::test {

/// Makes a plugin of the build from options such as {{"min_area", 0.5}}; what is left out has its default.
/// Throws InvalidInput with every problem of the options.
template <class Interface>
std::shared_ptr<Interface> make_plugin(const std::string& name,
                                       const std::vector<std::pair<std::string, Scalar>>& options) {
  const PluginCatalog catalog({ASSAY_PLUGIN_DIR});
  const PluginDescription* description = catalog.find(Interface::plugin_kind, name);
  if (description == nullptr) throw InvalidInput(catalog.unknown(Interface::plugin_kind, name));
  Node given{Node::Table{}, {}};
  for (const auto& [key, value] : options) {
    std::visit([&, k = key](const auto& v) { given.set(k, Node{v, {}}); }, value);
  }
  std::vector<Problem> problems;
  const Node checked = check_table(description->fields, given, name, "", problems);
  if (!problems.empty()) throw InvalidInput(std::move(problems));
  return create_plugin<Interface>(catalog, name, checked);
}

}  // namespace assay::test
