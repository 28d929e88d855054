// Plugins as a run has them: the built libraries, found, checked and made by the plugin host.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "assay/built_plugin.h"

namespace assay::test {

/// Makes a plugin of the build from options such as {{"min_area", 0.5}}; what is left out has its default.
/// Throws InvalidInput with every problem of the options.
template <class Interface>
std::shared_ptr<Interface> make_plugin(const std::string& name,
                                       const std::vector<std::pair<std::string, Scalar>>& options) {
  std::string text;
  for (const auto& [key, value] : options) text += key + " = " + to_text(value) + "\n";
  return built_plugin<Interface>(ASSAY_PLUGIN_DIR, name, text);
}

}  // namespace assay::test
