// Opening plugin libraries: find the one symbol, compare build ids field by field, compare the description, make
// objects.
#include "assay/plugin_host.h"

#include <boost/dll/shared_library.hpp>

#include <map>
#include <mutex>

#include "elf_check.h"

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

/// "debug on, this program has off; torch 2.11.0, this program has 2.13.0; compiler agrees": the fields that both have.
/// Empty when all agree.
std::string differences(const std::string& plugin_id, const std::string& host_id) {
  const auto host = build_fields(host_id);
  std::string text;
  std::string same;
  for (const auto& [field, value] : build_fields(plugin_id)) {
    const auto ours = host.find(field);
    if (ours == host.end()) continue;
    if (ours->second == value) {
      same += (same.empty() ? "" : ", ") + field;
    } else {
      text += (text.empty() ? "" : "; ") + field + " " + value + ", this program has " + ours->second;
    }
  }
  if (text.empty() || same.empty()) return text;
  return text + "; the same: " + same;
}

void check_build(const PluginName& plugin, const std::string& plugin_id, const std::string& host_id) {
  const std::string differing = differences(plugin_id, host_id);
  if (differing.empty()) return;
  throw InvalidInput(plugin.text() + " was built for " + differing +
                     ". Build it again as this program was: cmake --build <its build folder>");
}

/// Opens a library for good. Closing it would take away code that objects and exceptions still point into.
const PluginHandshake& open_library(const PluginName& plugin) {
  static std::mutex mutex;
  // Never destroyed: a leak checker finds the libraries through it at the end of the process.
  static auto& opened = *new std::map<std::string, boost::dll::shared_library*>;
  const std::lock_guard lock(mutex);
  boost::dll::shared_library*& handle = opened[plugin.library];
  if (handle == nullptr) {
    namespace mode = boost::dll::load_mode;
    const std::string why = why_no_library(plugin.library);
    if (!why.empty()) throw InvalidInput(plugin.text() + " can't be opened: it " + why);
    auto fresh = std::make_unique<boost::dll::shared_library>();
    const PluginStage stage(plugin, "open");  // the library's static objects are made now
    try {
      fresh->load(plugin.library, mode::rtld_now | mode::rtld_local);
    } catch (const std::exception& failure) {
      throw InvalidInput(plugin.text() + " " + explain_open_failure(failure.what()));
    }
    handle = fresh.release();
  }
  if (!handle->has(plugin_symbol)) {
    throw InvalidInput(plugin.text() + " has no symbol '" + plugin_symbol +
                       "': it is no plugin, or ASSAY_PLUGIN is missing from its source");
  }
  return handle->get<const PluginHandshake>(plugin_symbol);
}

void check_handshake(const PluginHandshake& handshake, const PluginName& plugin) {
  if (handshake.magic != plugin_magic) {
    throw InvalidInput(plugin.text() + " is no Assay plugin: its symbol '" + plugin_symbol +
                       "' holds something else. ASSAY_PLUGIN writes it");
  }
  if (handshake.api != plugin_api) {
    throw InvalidInput(plugin.text() + " was built for plugin API " + std::to_string(handshake.api) +
                       ", this program has " + std::to_string(plugin_api) +
                       ". Build it again with this version's headers");
  }
}

PluginDescription description_of(const PluginHandshake& plugin, const std::filesystem::path& library) {
  PluginDescription description{plugin.kind, plugin.name, plugin.version, plugin.build_id, {}, library, plugin.mixes};
  in_plugin(description.report_name(), "describe", {}, [&] { plugin.describe(description.fields); });
  refuse_reserved_keys(description);
  return description;
}

/// What a description file says otherwise than the library: "version 1.0.0, the library has 1.1.0; option 'share'".
std::string staleness(const PluginDescription& file, const PluginDescription& library) {
  if (write_description(file) == write_description(library)) return "";
  std::string text;
  const auto add = [&](const std::string& what) { text += (text.empty() ? "" : "; ") + what; };
  for (const auto& [part, ours, theirs] :
       {std::tuple("kind", &file.kind, &library.kind), std::tuple("name", &file.name, &library.name),
        std::tuple("version", &file.version, &library.version),
        std::tuple("build id", &file.build_id, &library.build_id)}) {
    if (*ours != *theirs) add(std::string(part) + " " + *ours + ", the library has " + *theirs);
  }
  if (file.mixes != library.mixes) add(std::string("it ") + (file.mixes ? "mixes" : "doesn't mix") + " pictures");
  if (text.empty()) add("its options are others");
  return text;
}

}  // namespace

PluginDescription describe_library(const std::filesystem::path& library) {
  const auto absolute = std::filesystem::absolute(library);
  const PluginName& name = plugin_name("plugin", absolute.stem().string(), absolute.string());
  const PluginHandshake& handshake = open_library(name);
  check_handshake(handshake, name);
  return description_of(handshake, absolute);
}

const PluginHandshake& open_plugin(const PluginDescription& description, const std::string& host_build_id) {
  const PluginName& name = description.report_name();
  // Asked of the file first: a library of another C++ ABI can't even be opened, and the linker's words for it say less.
  check_build(name, description.build_id, host_build_id);
  const PluginHandshake& handshake = open_library(name);
  check_handshake(handshake, name);
  check_build(name, handshake.build_id, host_build_id);
  const std::string stale = staleness(description, description_of(handshake, description.library));
  if (!stale.empty()) {
    throw InvalidInput(name.text() + " has a stale description: its .plugin.toml says " + stale + ". Build it again");
  }
  return handshake;
}

void* create_from_plugin(const PluginDescription& description, const std::string& host_build_id, const Node& options) {
  const PluginHandshake& handshake = open_plugin(description, host_build_id);
  const PluginName& name = description.report_name();
  const PluginStage stage(name, "create");
  try {
    void* object = handshake.create(options);
    if (object == nullptr) throw InvalidInput(name.text() + " made nothing from its options");
    return object;
  } catch (const InvalidInput&) {
    throw;
  } catch (const Interrupted&) {
    throw;
  } catch (const std::exception& error) {
    throw InvalidInput(name.text() + " threw while it was made: " + error.what());
  } catch (...) {
    throw InvalidInput(name.text() + " threw something that is no std::exception while it was made");
  }
}

}  // namespace assay
