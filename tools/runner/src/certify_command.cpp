// plugins certify: tells the author of a plugin whether it is good, as a table and an exit code.
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>

#include "assay/console.h"
#include "assay/plugin_watch.h"
#include "certify_process.h"
#include "commands.h"
#include "text_table.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDescriptionEnding = ".plugin.toml";

struct CertifyOptions {
  std::vector<std::string> plugins;
  std::vector<std::string> folders;
  std::vector<std::string> settings;
  bool json = false;
  std::int64_t skip = 0;
  int report_to = -1;
};

fs::path library_of(const fs::path& file) {
  std::string text = fs::absolute(file).lexically_normal().string();
  if (text.ends_with(kDescriptionEnding))
    text.replace(text.size() - kDescriptionEnding.size(), std::string::npos, ".so");
  return text;
}

std::vector<fs::path> libraries_in(const fs::path& folder) {
  std::vector<fs::path> libraries;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string file = entry.path().filename().string();
    if (file.ends_with(".so") || file.ends_with(kDescriptionEnding)) libraries.push_back(library_of(entry.path()));
  }
  std::sort(libraries.begin(), libraries.end());
  libraries.erase(std::unique(libraries.begin(), libraries.end()), libraries.end());
  if (libraries.empty()) throw InvalidInput(folder.string() + " holds no plugin (*.so, *.plugin.toml)");
  return libraries;
}

std::vector<fs::path> libraries_called(const std::string& name, const std::vector<std::string>& folders) {
  std::vector<fs::path> libraries;
  std::vector<std::string> names;
  const PluginCatalog catalog(plugin_folders(folders));
  for (const PluginDescription& plugin : catalog.plugins()) {
    names.push_back(plugin.name);
    if (plugin.name == name) libraries.push_back(plugin.library);
  }
  if (libraries.empty()) {
    throw InvalidInput("'" + name + "' is no file, no folder and no plugin" + did_you_mean(name, names) +
                       " (runner plugins)");
  }
  return libraries;
}

std::vector<fs::path> libraries_of(const CertifyOptions& options) {
  std::vector<fs::path> libraries;
  for (const std::string& plugin : options.plugins) {
    const auto found = fs::is_directory(plugin) ? libraries_in(plugin)
                       : fs::exists(plugin)     ? std::vector{library_of(plugin)}
                                                : libraries_called(plugin, options.folders);
    libraries.insert(libraries.end(), found.begin(), found.end());
  }
  return libraries;
}

nlohmann::ordered_json json_of(const Certificate& certificate) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const CheckRow& row : certificate.rows) {
    rows.push_back({{"check", row.check}, {"result", check_result_name(row.result)}, {"found", row.found}});
  }
  return {{"library", certificate.library.string()}, {"certified", certificate.passed()}, {"checks", rows}};
}

std::string verdict(const Certificate& certificate) {
  const auto count = [&](CheckResult result) {
    return std::count_if(certificate.rows.begin(), certificate.rows.end(),
                         [&](const CheckRow& row) { return row.result == result; });
  };
  const std::string counts =
      std::to_string(count(CheckResult::pass)) + " passed, " + std::to_string(count(CheckResult::fail)) + " failed";
  return (certificate.passed() ? "certified: " : "NOT certified: ") + counts;
}

void print(const Certificate& certificate) {
  std::cout << certificate.library.string() << "\n";
  TextTable table({Align::left, Align::left, Align::left});
  table.add({"check", "result", "what was found"});
  for (const CheckRow& row : certificate.rows) table.add({row.check, check_result_name(row.result), row.found});
  table.print(std::cout, 2);
  std::cout << verdict(certificate) << "\n\n" << std::flush;
}

/// Wrong settings are the user's; they are told before any plugin is opened, where a description says what there is.
void check_settings(const std::vector<fs::path>& libraries, const std::vector<std::string>& settings) {
  const Node given = options_of(settings);
  if (settings.empty()) return;
  for (const fs::path& library : libraries) {
    if (const auto plugin = description_beside(library)) TestedPlugin(*plugin, given);
  }
}

void certify(const CertifyOptions& options) {
  if (options.report_to >= 0) {
    return certify_here({options.plugins.front(), options.settings}, options.skip, options.report_to);
  }
  PluginWatch::patience_of_environment();  // a wrong one is told here, not by another process
  const std::vector<fs::path> libraries = libraries_of(options);
  check_settings(libraries, options.settings);
  Console console;
  auto json = nlohmann::ordered_json::array();
  std::size_t failed = 0;
  for (const fs::path& library : libraries) {
    const std::string name = library.stem().string();
    const Certificate certificate = certify_in_process(
        {library, options.settings}, [&](const std::string& check) { console.progress(name + ": " + check); });
    failed += certificate.passed() ? 0 : 1;
    console.end_progress();
    if (options.json) {
      json.push_back(json_of(certificate));
    } else {
      print(certificate);
    }
  }
  if (options.json) std::cout << json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
  if (failed > 0) {
    throw Failure(std::to_string(failed) + " of " + std::to_string(libraries.size()) +
                  (libraries.size() == 1 ? " plugin" : " plugins") + " failed certification");
  }
}

}  // namespace

void add_certify(CLI::App& plugins) {
  auto options = std::make_shared<CertifyOptions>();
  CLI::App* command = plugins.add_subcommand("certify", "tell whether a plugin is good: a table, and exit code 0 or 1");
  command->add_option("plugins", options->plugins, "a library, its .plugin.toml, a folder of plugins, or a NAME")
      ->required();
  command->add_flag("--json", options->json, "print JSON");
  command->add_option("--path", options->folders, "a folder of plugins to look for names in first")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--set", options->settings, "test with another option than its default; may be repeated")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  // Between this program and itself; see certify_process.h.
  command->add_option("--skip", options->skip)->group("");
  command->add_option("--report-to", options->report_to)->group("");
  command->callback([options] { certify(*options); });
}

}  // namespace assay
