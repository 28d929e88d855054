// The description of an exported model: what is refused, whatever its hash says.
#include "exported_model.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

#include "assay/error.h"
#include "assay/hash.h"
#include "tiny_training.h"

namespace assay {
namespace {

using Json = nlohmann::ordered_json;
using testing::TemporaryFolder;

void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

/// A description of a class that is named in Latin-1, of files that hold nothing of use.
void describe_in(const std::filesystem::path& folder) {
  TrainedModel model;
  model.classes = {"gr\xFCn", "rot"};
  model.positive = "rot";
  ExportedFacts facts;
  facts.files = {"backbone.safetensors", "head.safetensors", "experiment.toml"};
  for (const std::string& file : facts.files) write(folder / file, "nothing of use");
  write_model_json(folder, model, facts);
}

Json description_in(const std::filesystem::path& folder) { return Json::parse(std::ifstream(folder / "model.json")); }

/// As whoever edits a description and mends its hash.
void describe_as(const std::filesystem::path& folder, Json json) {
  json.erase("sha256");
  json["sha256"] = sha256(json.dump());
  write(folder / "model.json", json.dump());
}

std::string refusal_of(const std::filesystem::path& folder) {
  try {
    read_exported_model(folder);
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "none";
}

TEST(ExportedModel, TakesClassNamesThatAreNoUtf8) {
  const TemporaryFolder folder;
  describe_in(folder.path());
  EXPECT_EQ(description_in(folder.path()).at("classes").at(0), "gr\xEF\xBF\xBDn");
}

TEST(ExportedModel, RefusesValuesOfAWrongKindAndNamesTheFile) {
  const TemporaryFolder folder;
  describe_in(folder.path());
  const std::string named = (folder.path() / "model.json").string() + " is damaged";
  for (const auto& [key, value] : {std::pair<std::string, Json>{"format", "one"}, {"files", "none"}, {"files", 7}}) {
    Json json = description_in(folder.path());
    json[key] = value;
    describe_as(folder.path(), json);
    EXPECT_NE(refusal_of(folder.path()).find(named), std::string::npos) << key << ": " << refusal_of(folder.path());
    describe_in(folder.path());
  }
  Json json = description_in(folder.path());
  json["sha256"] = 7;
  write(folder.path() / "model.json", json.dump());
  EXPECT_NE(refusal_of(folder.path()).find(named), std::string::npos) << refusal_of(folder.path());
}

}  // namespace
}  // namespace assay
