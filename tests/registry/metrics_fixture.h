// Cases whose figures scikit-learn computed: tools/fixtures/metrics_fixtures.py.
#pragma once

#include <nlohmann/json.hpp>

#include <fstream>
#include <string>
#include <vector>

#include "assay/registry/predictions.h"

namespace assay::test {

struct MetricsCase {
  std::string name;
  Predictions predictions;
  double threshold = 0.5;
  nlohmann::json expected;
};

inline std::vector<MetricsCase> metrics_cases() {
  std::ifstream stream(ASSAY_SOURCE_DIR "/tests/registry/fixtures/metrics.json");
  const nlohmann::json file = nlohmann::json::parse(stream);
  std::vector<MetricsCase> cases;
  for (const nlohmann::json& json : file.at("cases")) {
    MetricsCase each{json.at("name"), {}, json.at("threshold"), json};
    each.predictions.columns = json.at("columns");
    each.predictions.labels = json.at("labels").get<std::vector<std::int32_t>>();
    each.predictions.probabilities = json.at("probabilities").get<std::vector<float>>();
    each.predictions.groups = json.at("groups").get<std::vector<std::uint32_t>>();
    cases.push_back(each);
  }
  return cases;
}

}  // namespace assay::test
