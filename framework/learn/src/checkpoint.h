// Writing a TrainingState to a run's folder and reading it back. In checkpoints/ there are tensor files that are never
// changed once written, and checkpoint.json, which names the current ones with their SHA-256: replacing that one file
// is what makes a checkpoint the run's. A process killed at any moment leaves the last whole checkpoint.
//
//   checkpoints/checkpoint.json         numbers of the state, and the names and hashes of:
//   checkpoints/frozen.safetensors      what training doesn't change, written once; absent when all is trained
//   checkpoints/best-00037.safetensors  what training changes, after the best epoch
//   checkpoints/last-00041-0000.safetensors   the same, now, with the optimiser's state and the epoch under way
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "assay/data/input.h"
#include "training_state.h"

namespace assay {

/// A file of a checkpoint, and what its bytes must be.
struct CheckedFile {
  std::string name;    ///< within checkpoints/
  std::string sha256;  ///< empty: there is no such file

  bool exists() const { return !sha256.empty(); }
};

/// checkpoint.json: which files make up the checkpoint, and the state but for its tensors.
struct CheckpointManifest {
  CheckedFile frozen;
  CheckedFile best;
  CheckedFile last;
  InputSpec input;      ///< what the model expects of its pictures: predictions need no weights file for it
  TrainingState state;  ///< without tensors
};

/// The checkpoints of one run. One thread; one process at a time (the run's lock sees to it).
class Checkpoints {
 public:
  /// run_folder: the run's; checkpoints/ is made in it when something is written.
  explicit Checkpoints(std::filesystem::path run_folder);

  /// The newest whole checkpoint's manifest; nullopt when there is none. Throws InvalidInput when it is damaged or was
  /// written by a newer Assay.
  std::optional<CheckpointManifest> manifest() const;

  /// Writes what training doesn't change, unless a file with the same tensors is there already.
  void write_frozen(const NamedTensors& tensors);

  /// Writes the state. Throws Failure when the disk is full or fails; the checkpoint before it is whole then.
  void write(const TrainingState& state, const InputSpec& input);

  /// Reads a checkpoint into a state whose tensors are those of a model and its optimiser: values are copied into them,
  /// names, shapes, dtypes and hashes must fit. Throws InvalidInput when they don't.
  void restore(const CheckpointManifest& manifest, TrainingState& state) const;

  /// Copies a checkpoint's frozen tensors into a model's. Throws as restore does.
  void load_frozen(const CheckpointManifest& manifest, const NamedTensors& frozen) const;

  /// Copies a checkpoint's frozen tensors and those of its best (or last) epoch into a model's. Throws as restore does,
  /// and when there is no best epoch yet.
  void load_model(const CheckpointManifest& manifest, bool best, const NamedTensors& frozen,
                  const NamedTensors& trained) const;

  /// The manifest's file.
  std::filesystem::path manifest_file() const { return folder_ / "checkpoint.json"; }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  CheckedFile write_tensors(const std::string& name, const NamedTensors& tensors) const;
  NamedTensors read_tensors(const CheckedFile& file) const;
  void remove_all_but(const CheckpointManifest& manifest) const;

  std::filesystem::path folder_;
  CheckedFile frozen_;
  CheckedFile best_;
};

}  // namespace assay
