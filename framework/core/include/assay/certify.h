// `runner plugins certify`: what a check of a plugin is, how checks are run one after the other, and those that all
// kinds share: the handshake and the options. The checks of each kind are in data and learn.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "assay/plugin_host.h"

namespace assay {

enum class CheckResult : std::uint8_t {
  pass,
  fail,
  skipped,  ///< it says nothing about this plugin: found tells why
  note,     ///< a figure that neither passes nor fails
};

/// "pass", "FAIL", "skipped" or "note".
const char* check_result_name(CheckResult result);

/// A row of the table.
struct CheckRow {
  std::string check;
  CheckResult result = CheckResult::pass;
  std::string found;  ///< one line, with numbers
};

/// What a check found when it didn't fail.
struct CheckFinding {
  std::string found;
  CheckResult result = CheckResult::pass;
};

/// Thrown by a check that fails; what() is what it found.
class CheckFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One check of one plugin. run() throws CheckFailed, or whatever the plugin's call ended in, when it fails.
struct PluginCheck {
  std::string name;
  std::function<CheckFinding()> run;
  bool others_need_it = false;  ///< when it fails, those behind it are skipped
};

/// Told as the checks go on.
struct CertifySink {
  std::function<void(const std::string& check)> begin;
  std::function<void(const CheckRow&)> row;
};

struct CertifyRequest {
  PluginDescription plugin;
  std::int64_t skip = 0;  ///< checks at the front that an earlier process has made, or died in
};

/// Runs the checks, in order, but for the first `skip` ones.
void run_checks(const std::vector<PluginCheck>& checks, std::int64_t skip, const CertifySink& sink);

/// Makes an object from options and throws it away; throws what making it throws.
using MakeFromOptions = std::function<void(const Node& checked_options)>;

/// "handshake", "defaults", "ranges" and "words": the library fits this program and its description; its options'
/// defaults keep to their own ranges and make an object; so do both ends of each range and each word, one at a time;
/// values beyond are refused. host_build_id: ASSAY_BUILD_ID of the library that owns the kind's interface.
std::vector<PluginCheck> common_checks(const PluginDescription& plugin, const std::string& host_build_id,
                                       const MakeFromOptions& make);

/// The checked table of a plugin's options with all defaults. Throws InvalidInput when a required one has none.
Node default_options(const PluginDescription& plugin);

/// The plugin of the installation whose time the plugin's is held against; nullopt when it isn't installed.
std::optional<PluginDescription> built_in_plugin(const std::string& kind, const std::string& name);

/// A number with three digits that count: "0.0123", "45.6", "1.23e-06".
std::string short_number(double number);

}  // namespace assay
