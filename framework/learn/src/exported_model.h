// A model as a folder that can be handed on: what is in it, and reading it back. Making one is export.cpp's work.
//
//   model.json              what the model is: classes, threshold, preprocessing, parts, and the SHA-256 of the files
//   backbone.safetensors    its weights by the names that timm or torchvision give them, else by ours
//   head.safetensors        the head's, by its own names
//   experiment.toml         the resolved experiment of the run: which plugins, with which options
//   model.pt                TorchScript, for programs without Assay; absent where the model can't be traced
//   README.md               the model card
#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "predictor.h"

namespace assay {

/// The names of another project that an exported backbone's tensors have.
struct ForeignNames {
  std::string project;  ///< "timm", "torchvision"; empty: our own names
  std::string network;  ///< "tf_efficientnet_lite0"
};

/// What model.json says beside what a TrainedModel holds.
struct ExportedFacts {
  std::string run_name;            ///< of the run
  std::int64_t epoch = 0;          ///< of the weights
  std::string checkpoint;          ///< "best" or "last"
  std::string threshold_rule;      ///< by which it was chosen
  std::string sha256;              ///< of the model's tensors
  std::int64_t outputs = 1;        ///< of the head
  ForeignNames names;              ///< of backbone.safetensors
  std::vector<std::string> files;  ///< in the folder, whose hashes are wanted

  /// true when files names it.
  bool has(const std::string& file) const { return std::find(files.begin(), files.end(), file) != files.end(); }
};

/// true when a folder of this name is there with a model.json in it.
bool is_exported_model(const std::filesystem::path& folder);

/// Writes model.json for the files that lie in the folder. Throws Failure.
void write_model_json(const std::filesystem::path& folder, const TrainedModel& model, const ExportedFacts& facts);

/// Reads a folder, strictly: model.json must be what its own hash says, and every file that is read what model.json
/// says. Weights are read when load_into is called. Throws InvalidInput for damage, and for a folder of a newer Assay.
TrainedModel read_exported_model(const std::filesystem::path& folder);

/// The names that fit a backbone best for others: timm's, else torchvision's, else none.
ForeignNames foreign_names(const Backbone& backbone);

/// Their name of a tensor.
std::string foreign_name(const Backbone& backbone, const ForeignNames& names, const std::string& ours);

}  // namespace assay
