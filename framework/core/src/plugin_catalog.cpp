// Which plugins there are: reads descriptions, opens nothing.
#include <algorithm>
#include <cstdlib>

#include "assay/plugin_host.h"
#include "assay/printable.h"

namespace assay {
namespace {

constexpr std::string_view kSuffix = ".plugin.toml";

std::vector<std::filesystem::path> description_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().string().ends_with(kSuffix)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool is_same_place(const std::filesystem::path& a, const std::filesystem::path& b) {
  return std::filesystem::weakly_canonical(a) == std::filesystem::weakly_canonical(b);
}

}  // namespace

PluginCatalog::PluginCatalog(std::vector<std::filesystem::path> folders) : folders_(std::move(folders)) {
  for (const auto& folder : folders_) {
    for (const auto& file : description_files(folder)) {
      PluginDescription description = read_description(file);
      if (const PluginDescription* other = find(description.kind, description.name)) {
        if (is_same_place(other->library, description.library)) continue;  // the same folder, named twice
        throw InvalidInput("two plugins are called " + description.kind + " '" + description.name +
                           "': " + other->library.string() + " and " + description.library.string() +
                           "; rename one, or take its folder out of [plugins] path or ASSAY_PLUGIN_PATH");
      }
      plugins_.push_back(std::move(description));
    }
  }
}

const PluginDescription* PluginCatalog::find(const std::string& kind, const std::string& name) const {
  const auto plugin = std::find_if(plugins_.begin(), plugins_.end(), [&](const PluginDescription& candidate) {
    return candidate.kind == kind && candidate.name == name;
  });
  return plugin == plugins_.end() ? nullptr : &*plugin;
}

std::string PluginCatalog::unknown(const std::string& kind, const std::string& name) const {
  std::vector<std::string> names;
  for (const PluginDescription& plugin : plugins_) {
    if (plugin.kind == kind) names.push_back(plugin.name);
  }
  std::vector<std::string> folders;
  for (const auto& folder : folders_) folders.push_back(folder.string());
  const std::string meant = did_you_mean(name, names);
  std::string text = "unknown " + kind + " '" + name + "'" + meant;
  text += names.empty() ? "; there is none" : (meant.empty() ? "; there are: " : " There are: ") + listed(names);
  return text + " (looked in " + (folders.empty() ? "no folder" : listed(folders)) + ")";
}

std::vector<std::filesystem::path> plugin_folders(const std::vector<std::string>& from_experiment) {
  std::vector<std::filesystem::path> folders(from_experiment.begin(), from_experiment.end());
  if (const char* variable = std::getenv("ASSAY_PLUGIN_PATH")) {
    std::string rest = variable;
    while (!rest.empty()) {
      const std::size_t colon = rest.find(':');
      if (colon != 0) folders.push_back(std::filesystem::absolute(rest.substr(0, colon)));
      rest = colon == std::string::npos ? "" : rest.substr(colon + 1);
    }
  }
  const auto program = std::filesystem::read_symlink("/proc/self/exe");
  folders.push_back(program.parent_path().parent_path() / "lib/assay/plugins");
  return folders;
}

}  // namespace assay
