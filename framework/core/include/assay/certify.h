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

/// What came of one check.
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
  std::string check;                       ///< its name
  CheckResult result = CheckResult::pass;  ///< how it went
  std::string found;                       ///< one line, with numbers
};

/// What a check found when it didn't fail.
struct CheckFinding {
  std::string found;                       ///< one line, with numbers
  CheckResult result = CheckResult::pass;  ///< not fail
};

/// Thrown by a check that fails; what() is what it found.
class CheckFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One check of one plugin. run() throws CheckFailed, or whatever the plugin's call ended in, when it fails.
struct PluginCheck {
  std::string name;                   ///< what the table calls it
  std::function<CheckFinding()> run;  ///< makes it
  bool others_need_it = false;        ///< when it fails, those behind it are skipped
};

/// Told as the checks go on.
struct CertifySink {
  std::function<void(const std::string& check, bool others_need_it)> begin;  ///< before each check that is made
  std::function<void(const CheckRow&)> row;                                  ///< of each check, in order
};

/// A plugin and the options that it is made from in the checks.
struct TestedPlugin : PluginDescription {
  Node options;  ///< checked and complete

  /// given: a table of options; what it leaves out has its default. Throws InvalidInput with every problem.
  TestedPlugin(const PluginDescription& plugin, const Node& given);
};

/// What certify is asked.
struct CertifyRequest {
  TestedPlugin plugin;    ///< which, and from which options
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

/// The plugin of the installation whose time the plugin's is held against, with its defaults; nullopt when it isn't
/// installed.
std::optional<TestedPlugin> built_in_plugin(const std::string& kind, const std::string& name);

/// What an error says, without the "error: " and the place that an InvalidInput has in front.
std::string sentence(const std::exception& error);

/// Seconds that one call takes: the median of five rounds, each of as many calls as fill 20 ms. A first round is not
/// counted.
double seconds_per_call(const std::function<void()>& call);

/// "1.2 us a view; built-in crop: 0.8 us, 1.5 times as long". ours: makes one item; theirs: the same by the built-in
/// plugin, nullopt when there is none to compare with.
CheckFinding compare_time(const std::string& item, const std::function<void()>& ours, const std::string& their_name,
                          const std::optional<std::function<void()>>& theirs);

/// A number with three digits that count: "0.0123", "45.6", "1.23e-06".
std::string short_number(double number);

}  // namespace assay
