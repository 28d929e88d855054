// Opening plugin libraries: find the one symbol, compare build ids field by field, compare the description, make
// objects.
#include "assay/plugin_host.h"

#include <boost/dll/shared_library.hpp>

#include <map>
#include <mutex>

namespace assay {
namespace {

std::map<std::string, std::string> build_fields(const std::string& build_id) {
  std::map<std::string, std::string> fields;
  std::size_t start = 0;
  while (start < build_id.size()) {
    const std::size_t end = std::min(build_id.find(';', start), build_id.size());
    const std::string field = build_id.substr(start, end - start);
    const std::size_t equal = field.find('=');
    if (equal != std::string::npos) fields[field.substr(0, equal)] = field.substr(equal + 1);
    start = end + 1;
  }
  return fields;
}

/// "torch 2.11.0, this program has 2.13.0; ..." for the fields that both have and that differ; empty when none does.
std::string differences(const std::string& plugin_id, const std::string& host_id) {
  const auto host = build_fields(host_id);
  std::string text;
  for (const auto& [field, value] : build_fields(plugin_id)) {
    const auto ours = host.find(field);
    if (ours == host.end() || ours->second == value) continue;
    text += (text.empty() ? "" : "; ") + field + " " + value + ", this program has " + ours->second;
  }
  return text;
}

std::string of_library(const std::filesystem::path& library) { return "plugin " + library.string(); }

/// Opens a library for good. Closing it would take away code that objects and exceptions still point into.
const PluginHandshake& open_library(const std::filesystem::path& library) {
  static std::mutex mutex;
  // Never destroyed: a leak checker finds the libraries through it at the end of the process.
  static auto& opened = *new std::map<std::filesystem::path, boost::dll::shared_library*>;
  const std::lock_guard lock(mutex);
  boost::dll::shared_library*& handle = opened[library];
  if (handle == nullptr) {
    namespace mode = boost::dll::load_mode;
    auto fresh = std::make_unique<boost::dll::shared_library>();
    try {
      fresh->load(library, mode::rtld_now | mode::rtld_local);
    } catch (const std::exception& failure) {
      throw InvalidInput(of_library(library) + " can't be opened: " + failure.what());
    }
    handle = fresh.release();
  }
  if (!handle->has(plugin_symbol)) {
    throw InvalidInput(of_library(library) + " has no symbol '" + plugin_symbol +
                       "': it is no plugin, or ASSAY_PLUGIN is missing from its source");
  }
  return handle->get<const PluginHandshake>(plugin_symbol);
}

void check_handshake(const PluginHandshake& plugin, const std::filesystem::path& library) {
  if (plugin.magic != plugin_magic)
    throw InvalidInput(of_library(library) + " is no Assay plugin (its first word is wrong)");
  if (plugin.api != plugin_api) {
    throw InvalidInput(of_library(library) + " was built for plugin API " + std::to_string(plugin.api) +
                       ", this program has " + std::to_string(plugin_api) +
                       ". Build it again with this version's headers");
  }
}

PluginDescription description_of(const PluginHandshake& plugin, const std::filesystem::path& library) {
  PluginDescription description{plugin.kind, plugin.name, plugin.version, plugin.build_id, {}, library};
  plugin.describe(description.fields);
  return description;
}

}  // namespace

PluginDescription describe_library(const std::filesystem::path& library) {
  const auto absolute = std::filesystem::absolute(library);
  const PluginHandshake& plugin = open_library(absolute);
  check_handshake(plugin, absolute);
  return description_of(plugin, absolute);
}

const PluginHandshake& open_plugin(const PluginDescription& description, const std::string& host_build_id) {
  const PluginHandshake& plugin = open_library(description.library);
  check_handshake(plugin, description.library);
  const std::string differing = differences(plugin.build_id, host_build_id);
  if (!differing.empty()) {
    throw InvalidInput(of_library(description.library) + " was built for " + differing +
                       ". Build it again: cmake --build <its build folder>");
  }
  if (write_description(description_of(plugin, description.library)) != write_description(description)) {
    throw InvalidInput(of_library(description.library) +
                       " has a stale description: its .plugin.toml differs from the library. Build it again");
  }
  return plugin;
}

void* create_from_plugin(const PluginDescription& description, const std::string& host_build_id, const Node& options) {
  const PluginHandshake& plugin = open_plugin(description, host_build_id);
  const std::string who = description.kind + " '" + description.name + "' (" + description.library.string() + ")";
  try {
    void* object = plugin.create(options);
    if (object == nullptr) throw InvalidInput(who + " made nothing from its options");
    return object;
  } catch (const InvalidInput&) {
    throw;
  } catch (const std::exception& error) {
    throw InvalidInput(who + " threw while it was made: " + error.what());
  } catch (...) {
    throw InvalidInput(who + " threw something that is no std::exception while it was made");
  }
}

}  // namespace assay
