// Writes the project of a new plugin from the templates that belong to this program (plugins/template in the source
// tree, share/assay/templates in an installation).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace assay {

/// "augmentation", "sampler", "backbone", "head".
std::vector<std::string> plugin_kinds();

struct NewPluginOptions {
  std::string kind;
  std::string name;
  std::filesystem::path into = ".";  ///< made where it doesn't exist
};

/// Writes into/name and returns what to tell the user: where the project is and what to type next. A template's
/// my_<kind> becomes the name, My<Kind> the name in CamelCase, in file names too, and @PREFIX@ the folder that
/// find_package(Assay) looks in.
/// Throws InvalidInput: the name is none, a plugin of this kind has it, or the folder exists and isn't empty. Nothing
/// is written then.
std::string write_new_plugin(const NewPluginOptions& options);

}  // namespace assay
