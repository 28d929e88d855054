// Finding, reading about, loading and making plugins. Listing and checking open no library: they read the description
// that the build writes beside each plugin (crop.plugin.toml).
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "assay/fields.h"
#include "assay/plugin.h"
#include "assay/plugin_stage.h"

namespace assay {

/// What is known of a plugin without opening its library.
struct PluginDescription {
  std::string kind;               ///< "augmentation", "sampler", "backbone" or "head"
  std::string name;               ///< as experiments write it
  std::string version;            ///< of the plugin
  std::string build_id;           ///< ASSAY_BUILD_ID of its build
  FieldTable fields;              ///< its options
  std::filesystem::path library;  ///< absolute
  bool mixes = false;             ///< an augmentation that may mix the pictures of a batch

  const PluginName& report_name() const { return plugin_name(kind, name, library.string()); }  ///< as reports say it
};

/// The plugins found in a list of folders. Reads descriptions only.
class PluginCatalog {
 public:
  /// Reads every *.plugin.toml of the folders, in this order; folders that don't exist are remembered as looked in.
  /// Throws InvalidInput as read_description does, or when two plugins of one kind have the same name.
  explicit PluginCatalog(std::vector<std::filesystem::path> folders);

  /// In the order in which they were found.
  const std::vector<PluginDescription>& plugins() const { return plugins_; }

  /// nullptr when there is none.
  const PluginDescription* find(const std::string& kind, const std::string& name) const;

  /// "unknown sampler 'oversampel'; did you mean 'oversample'? There are oversample, random (looked in /opt/...)".
  std::string unknown(const std::string& kind, const std::string& name) const;

 private:
  std::vector<std::filesystem::path> folders_;
  std::vector<PluginDescription> plugins_;
};

/// Where plugins are looked for: the experiment's own folders, those of ASSAY_PLUGIN_PATH (separated by colons), then
/// the folder that belongs to the running program (its folder, then ../lib/assay/plugins).
std::vector<std::filesystem::path> plugin_folders(const std::vector<std::string>& from_experiment);

/// Opens a plugin's library (once; it is never closed, since objects and exceptions of its types may outlive any owner)
/// and checks that it is what its description says and fits this host. host_build_id is ASSAY_BUILD_ID as the caller
/// was compiled: fields that both have must agree. Throws InvalidInput: no library, another machine's, cut short, no
/// plugin, another build (naming every difference with both values), a stale description (naming what differs), an
/// option with a name that is the framework's.
const PluginHandshake& open_plugin(const PluginDescription& description, const std::string& host_build_id);

/// Makes an object of a plugin's interface. options is the checked table of the experiment's entry.
/// What the plugin's constructor throws is reported as InvalidInput with the plugin's name.
void* create_from_plugin(const PluginDescription& description, const std::string& host_build_id, const Node& options);

/// Ends an object that a plugin made, and remembers which plugin that was.
template <class Interface>
struct PluginDeleter {
  const PluginName* plugin;  ///< which made the object

  void operator()(Interface* object) const {  ///< ends it
    const PluginStage stage(*plugin, "destroy");
    delete object;
  }
};

/// Typed form of create_from_plugin, to be called from the library that owns the interface's header, so that the build
/// id holds what the interface depends on.
template <class Interface>
std::shared_ptr<Interface> create_plugin(const PluginDescription& description, const Node& options) {
  auto* object = static_cast<Interface*>(create_from_plugin(description, ASSAY_BUILD_ID, options));
  return std::shared_ptr<Interface>(object, PluginDeleter<Interface>{&description.report_name()});
}

/// The same by the plugin's name.
template <class Interface>
std::shared_ptr<Interface> create_plugin(const PluginCatalog& catalog, const std::string& name, const Node& options) {
  const PluginDescription* description = catalog.find(Interface::plugin_kind, name);
  if (description == nullptr) throw InvalidInput(catalog.unknown(Interface::plugin_kind, name));
  return create_plugin<Interface>(*description, options);
}

/// Which plugin made an object, for in_plugin and messages; "sampler 'without a plugin'" when none did.
template <class Interface>
const PluginName& plugin_of(const std::shared_ptr<Interface>& object) {
  const auto* deleter = std::get_deleter<PluginDeleter<std::remove_const_t<Interface>>>(object);
  return deleter != nullptr ? *deleter->plugin : plugin_name(Interface::plugin_kind, "without a plugin", "");
}

/// The description file of a plugin, as text.
std::string write_description(const PluginDescription& description);
/// A description file, read back. Throws InvalidInput when it is none, or has an option with a name that is the
/// framework's.
PluginDescription read_description(const std::filesystem::path& file);

/// Opens a library and describes it: what the build calls to write the file beside a plugin. Throws as open_plugin.
PluginDescription describe_library(const std::filesystem::path& library);

/// Throws InvalidInput naming the options whose keys are the framework's in the section of the plugin's kind: `plugin`
/// in all, `id`, `probability` and `one_of` in [[augmentation]], `weights` and `freeze` in [backbone]. Their values
/// would never reach the plugin.
void refuse_reserved_keys(const PluginDescription& description);

}  // namespace assay
