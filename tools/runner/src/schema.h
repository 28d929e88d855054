// JSON Schema (draft-07) of experiment files, made from the field tables that also check them: what editors complete
// and underline by. Three rules are beyond JSON Schema and left to `runner check`: one number may not exceed another
// (min_area, max_area), 5.0 is no whole number, and a file named must exist.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

#include "assay/fields.h"
#include "assay/plugin_host.h"

namespace assay {

/// The schema of a whole file. experiment: experiment_fields(); a section that names a plugin takes the keys of the
/// plugin it names, of those given. A file that extends another one need not be complete by itself.
nlohmann::ordered_json experiment_schema(const FieldTable& experiment, const std::vector<PluginDescription>& plugins);

/// The schema of a plugin's own keys.
nlohmann::ordered_json plugin_schema(const PluginDescription& plugin);

}  // namespace assay
