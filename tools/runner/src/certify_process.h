// Certifying one plugin in a process of its own, so that a crash or a hang is a row of the table and not the end of the
// command.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "assay/certify.h"

namespace assay {

/// What is known of a plugin when its checks are over.
struct Certificate {
  std::filesystem::path library;  ///< absolute
  std::vector<CheckRow> rows;

  bool passed() const;
};

/// What is to be certified.
struct CertifyOrder {
  std::filesystem::path library;      ///< absolute
  std::vector<std::string> settings;  ///< options other than the defaults: "max_degrees=10"
};

/// The description beside a library; nullopt where there is none.
std::optional<PluginDescription> description_beside(const std::filesystem::path& library);

/// Settings as a table of options. Throws InvalidInput when one isn't KEY=VALUE.
Node options_of(const std::vector<std::string>& settings);

/// Makes all checks of a library, in further processes of this program; `begun` is told the name of each check as it
/// begins. A check in which the process dies, or in which the plugin stays in one call beyond ASSAY_PLUGIN_PATIENCE,
/// fails, and a new process goes on behind it where the check isn't one that others need; after the second one the rest
/// is left out.
Certificate certify_in_process(const CertifyOrder& order, const std::function<void(const std::string& check)>& begun);

/// What the other process does: makes the checks of a library behind the first `skip` ones and writes what it finds to
/// a file descriptor, for certify_in_process to read.
void certify_here(const CertifyOrder& order, std::int64_t skip, int descriptor);

}  // namespace assay
