#include "exported_model.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>

#include "assay/error.h"
#include "assay/hash.h"
#include "assay/learn/tensors.h"
#include "assay/learn/weights.h"
#include "assay/tensor_file.h"
#include "assay/toml_file.h"
#include "input_json.h"
#include "whole_file.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;
constexpr const char* kManifest = "model.json";

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (!stream) throw Failure(file.string() + " can't be read");
  return text;
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json crop_json(const std::optional<FixedCropOptions>& crop) {
  if (!crop) return {};
  if (crop->center) return {{"center", *crop->center}};
  Json json = {{"foreground", true}, {"margin", crop->margin}, {"keep_scale", crop->keep_scale}};
  if (crop->side) json["side"] = *crop->side;
  return json;
}

/// All that happens to a picture before the network sees it, in this order, for programs without Assay. Here it comes
/// from experiment.toml.
Json preprocessing_json(const TrainedModel& model) {
  Json mask = Json::array();
  for (const MaskOptions& part : model.experiment.dataset.mask) {
    mask.push_back({{"left", part.left}, {"top", part.top}, {"right", part.right}, {"bottom", part.bottom}});
  }
  Json json = {{"mask", mask}, {"crop", crop_json(model.experiment.preprocessing.crop)}};
  json.update(Json(input_to_json(model.input)));
  return json;
}

/// A plugin and its options, for programs without Assay. Here they come from experiment.toml.
Json part_json(const PluginEntry& part) {
  Json options = Json::object();
  for (const auto& [key, value] : flatten(part.options)) {
    std::visit([&options, &name = key](const auto& typed) { options[name] = typed; }, value);
  }
  return {{"plugin", part.plugin}, {"options", options}};
}

Json hashes_json(const fs::path& folder, const std::vector<std::string>& files) {
  Json hashes = Json::object();
  for (const std::string& file : files) hashes[file] = sha256_of_file(folder / file);
  return hashes;
}

/// A class may be named by bytes that aren't UTF-8: JSON holds U+FFFD in their place.
std::string json_text(const Json& json, int indent) {
  return json.dump(indent, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

/// model.json without its own hash, as text for hashing.
std::string hashed_text(Json json) {
  json.erase("sha256");
  return json_text(json, -1);
}

Json read_manifest(const fs::path& folder) {
  const fs::path file = folder / kManifest;
  Json json = Json::parse(text_of(file), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("format") || !json.contains("sha256")) {
    throw InvalidInput(file.string() + " is damaged: it is no description of an exported model");
  }
  if (json.at("format").get<int>() > kFormat) {
    throw InvalidInput(file.string() + " was written by a newer Assay (format " +
                       std::to_string(json.at("format").get<int>()) + ", this one knows " + std::to_string(kFormat) +
                       "); update Assay");
  }
  if (sha256(hashed_text(json)) != json.at("sha256").get<std::string>()) {
    throw InvalidInput(file.string() +
                       " was changed after the export: it isn't what its own SHA-256 says; export the run again");
  }
  return json;
}

/// A file that model.json names.
struct NamedFile {
  fs::path file;
  std::string sha256;
};

NamedFile named_file(const fs::path& folder, const Json& manifest, const char* name) {
  return {folder / name, manifest.at("files").at(name).get<std::string>()};
}

/// Its path, once it is what model.json says.
const fs::path& checked(const NamedFile& named) {
  if (!fs::exists(named.file)) throw InvalidInput(named.file.string() + " is missing, which model.json names");
  if (sha256_of_file(named.file) != named.sha256) {
    throw InvalidInput(named.file.string() +
                       " is damaged or was changed: its SHA-256 isn't the one that model.json names; export the run "
                       "again, or copy the folder again");
  }
  return named.file;
}

/// Project and network of a layout's name.
ForeignNames names_of(const KeyLayout& layout) {
  const std::size_t space = layout.name.find(' ');
  if (space == std::string::npos) return {layout.name, {}};
  return {layout.name.substr(0, space), layout.name.substr(space + 1)};
}

TrainedModel model_of(const fs::path& folder, const Json& json) {
  TrainedModel model;
  const fs::path experiment = checked(named_file(folder, json, "experiment.toml"));
  model.experiment = experiment_from_resolved(parse_toml(text_of(experiment), experiment.string()));
  model.input = input_from_json(json.at("preprocessing"));
  model.compute_threads = json.at("compute_threads").get<std::int64_t>();
  model.classes = json.at("classes").get<std::vector<std::string>>();
  if (!json.at("positive").is_null()) model.positive = json.at("positive").get<std::string>();
  if (!json.at("threshold").is_null()) model.threshold = json.at("threshold").get<double>();
  model.run = json.at("run").at("uuid").get<std::string>();
  const NamedFile backbone = named_file(folder, json, "backbone.safetensors");
  const NamedFile head = named_file(folder, json, "head.safetensors");
  model.load_into = [backbone, head](const Model& made) {
    load_weights(*made.backbone, TensorFile::open(checked(backbone)));
    load_state(*made.head, TensorFile::open(checked(head)), "the head");
  };
  return model;
}

}  // namespace

bool is_exported_model(const fs::path& folder) {
  std::error_code error;
  return fs::is_regular_file(folder / kManifest, error);
}

void write_model_json(const fs::path& folder, const TrainedModel& model, const ExportedFacts& facts) {
  const bool one_output = facts.outputs == 1;
  Json json = {
      {"format", kFormat},
      {"run",
       {{"uuid", model.run},
        {"name", facts.run_name},
        {"checkpoint", facts.checkpoint},
        {"epoch", facts.epoch},
        {"tensors_sha256", facts.sha256}}},
      {"classes", model.classes},
      {"positive", text_or_null(model.positive)},
      {"threshold", one_output ? Json(model.threshold) : Json()},
      {"threshold_rule", text_or_null(one_output ? facts.threshold_rule : "")},
      {"outputs", facts.outputs},
      {"preprocessing", preprocessing_json(model)},
      {"backbone", part_json(model.experiment.backbone)},
      {"head", part_json(model.experiment.head)},
      {"names", {{"project", text_or_null(facts.names.project)}, {"network", text_or_null(facts.names.network)}}},
      {"compute_threads", model.compute_threads},
      {"files", hashes_json(folder, facts.files)}};
  json["sha256"] = sha256(hashed_text(json));
  replace_file(folder / kManifest, json_text(json, 2) + "\n");
}

TrainedModel read_exported_model(const fs::path& folder) {
  try {
    return model_of(folder, read_manifest(folder));
  } catch (const Json::exception& error) {
    throw InvalidInput((folder / kManifest).string() +
                       " is damaged: it isn't what Assay writes for an exported model (" + error.what() +
                       "); export the run again");
  }
}

ForeignNames foreign_names(const Backbone& backbone) {
  const std::vector<KeyLayout> layouts = backbone.key_layouts();
  for (const char* project : {"timm", "torchvision"}) {
    for (const KeyLayout& layout : layouts) {
      const ForeignNames names = names_of(layout);
      if (names.project == project && !names.network.empty()) return names;
    }
  }
  return {};
}

std::string foreign_name(const Backbone& backbone, const ForeignNames& names, const std::string& ours) {
  for (const KeyLayout& layout : backbone.key_layouts()) {
    const ForeignNames of_layout = names_of(layout);
    if (of_layout.project == names.project && of_layout.network == names.network) return layout.theirs(ours);
  }
  return ours;
}

}  // namespace assay
