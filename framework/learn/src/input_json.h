// What a model expects of its pictures, as JSON: in checkpoints and in exported models.
#pragma once

#include <nlohmann/json.hpp>

#include "assay/data/input.h"

namespace assay {

nlohmann::json input_to_json(const InputSpec& input);

/// Throws nlohmann::json::exception for what is missing or of another type.
InputSpec input_from_json(const nlohmann::json& json);

}  // namespace assay
