#include "input_json.h"

namespace assay {

using Json = nlohmann::json;

Json input_to_json(const InputSpec& input) {
  return {{"size", input.size},
          {"mean", input.mean},
          {"std", input.std},
          {"interpolation", input.interpolation == Interpolation::bicubic ? "bicubic" : "bilinear"},
          {"crop_fraction", input.crop_fraction}};
}

InputSpec input_from_json(const Json& json) {
  InputSpec input;
  input.size = json.at("size").get<std::int64_t>();
  input.mean = json.at("mean").get<std::array<float, 3>>();
  input.std = json.at("std").get<std::array<float, 3>>();
  input.interpolation =
      json.at("interpolation").get<std::string>() == "bicubic" ? Interpolation::bicubic : Interpolation::bilinear;
  input.crop_fraction = json.at("crop_fraction").get<double>();
  return input;
}

}  // namespace assay
