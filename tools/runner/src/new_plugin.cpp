#include "new_plugin.h"

#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "assay/plugin_host.h"
#include "shell_word.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

/// bin's parent: a build folder or an installation's prefix; the tree below both is the same.
fs::path own_prefix() { return fs::read_symlink("/proc/self/exe").parent_path().parent_path(); }

void check_name(const NewPluginOptions& options) {
  static const std::regex words("[a-z][a-z0-9]*(_[a-z0-9]+)*");
  if (!std::regex_match(options.name, words) || options.name.size() > 60) {
    throw InvalidInput("'" + options.name +
                       "' can't name a plugin: it must be at most 60 small letters and digits, words joined by single "
                       "underscores, a letter first (zoom, colour_shift)");
  }
  const PluginCatalog catalog(plugin_folders({}));
  if (const PluginDescription* other = catalog.find(options.kind, options.name)) {
    throw InvalidInput("the name '" + options.name + "' is taken by the " + options.kind + " " +
                       other->library.string() + "; two of one name can't be told apart in an experiment");
  }
}

void check_folder(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) return;
  if (fs::is_directory(folder) && fs::is_empty(folder)) return;
  throw InvalidInput(folder.string() +
                     " exists, and nothing is overwritten; choose another name, or another folder by --into");
}

/// zoom -> Zoom, colour_shift -> ColourShift.
std::string camel_case(const std::string& name) {
  std::string camel;
  bool starts_word = true;
  for (const char c : name) {
    if (c != '_') camel += starts_word ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    starts_word = c == '_';
  }
  return camel;
}

using Replacements = std::map<std::string, std::string>;

Replacements replacements_for(const NewPluginOptions& options) {
  return {{"my_" + options.kind, options.name},
          {"My" + camel_case(options.kind), camel_case(options.name)},
          {"@PREFIX@", own_prefix().string()}};
}

std::string replaced(std::string text, const Replacements& replacements) {
  for (const auto& [from, to] : replacements) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
      text.replace(at, from.size(), to);
    }
  }
  return text;
}

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) throw Failure("can't read " + file.string());
  return text.str();
}

void write(const fs::path& file, const std::string& text) {
  std::ofstream stream(file, std::ios::binary);
  stream << text;
  stream.close();
  if (!stream) throw Failure("can't write " + file.string());
}

void copy_template(const fs::path& from, const fs::path& to, const Replacements& replacements) {
  for (const auto& entry : fs::directory_iterator(from)) {
    write(to / replaced(entry.path().filename().string(), replacements), replaced(text_of(entry.path()), replacements));
  }
}

}  // namespace

std::vector<std::string> plugin_kinds() { return {"augmentation", "sampler", "backbone", "head"}; }

std::string write_new_plugin(const NewPluginOptions& options) {
  check_name(options);
  const fs::path templates = own_prefix() / "share/assay/templates";
  if (!fs::is_directory(templates / options.kind)) {
    throw Failure("the templates that belong to this program are missing: " + (templates / options.kind).string());
  }
  const fs::path folder = (options.into / options.name).lexically_normal();
  check_folder(folder);

  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw InvalidInput("can't make the folder " + folder.string() + ": " + error.message());
  const Replacements replacements = replacements_for(options);
  copy_template(templates / "any_kind", folder, replacements);
  copy_template(templates / options.kind, folder, replacements);
  return folder.string() + " holds the " + options.kind + " '" + options.name +
         "'. Build it, test it, check its experiment:\n\n  cd " + shell_word(folder.string()) +
         "\n  cmake --preset default && cmake --build build && ctest --test-dir build\n  " +
         shell_word((own_prefix() / "bin/runner").string()) + " check " + options.name +
         ".toml\n\nREADME.md there goes on.\n";
}

}  // namespace assay
