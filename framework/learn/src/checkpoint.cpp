#include "checkpoint.h"

#include <ATen/ops/empty.h>

#include <cstdio>

#include "assay/error.h"
#include "assay/hash.h"
#include "assay/learn/tensors.h"
#include "assay/tensor_file.h"
#include "checkpoint_manifest.h"
#include "whole_file.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWeights = "weights.";
constexpr const char* kOptimizer = "optimizer.";
constexpr const char* kOrder = "progress.order";
constexpr const char* kLogits = "progress.logits";

NamedTensors prefixed(const std::string& prefix, const NamedTensors& tensors) {
  NamedTensors named;
  for (const auto& [name, tensor] : tensors) named.emplace_back(prefix + name, tensor);
  return named;
}

// The tensors of one prefix, without it.
NamedTensors part(const NamedTensors& tensors, const std::string& prefix) {
  NamedTensors selected;
  for (const auto& [name, tensor] : tensors) {
    if (name.starts_with(prefix)) selected.emplace_back(name.substr(prefix.size()), tensor);
  }
  return selected;
}

void append(NamedTensors& list, NamedTensors more) {
  for (auto& entry : more) list.push_back(std::move(entry));
}

at::Tensor tensor_of(const std::vector<std::int64_t>& numbers) {
  at::Tensor tensor = at::empty({static_cast<std::int64_t>(numbers.size())}, at::kLong);
  std::copy(numbers.begin(), numbers.end(), tensor.mutable_data_ptr<std::int64_t>());
  return tensor;
}

NamedTensors tensors_of(const TrainingState& state) {
  NamedTensors tensors = prefixed(kWeights, state.weights);
  append(tensors, prefixed(kOptimizer, state.optimizer));
  if (!state.progress.order.empty()) {
    tensors.emplace_back(kOrder, tensor_of(state.progress.order));
    tensors.emplace_back(kLogits, state.progress.logits.narrow(0, 0, state.progress.seen));
  }
  return tensors;
}

EpochProgress restored_progress(const NamedTensors& tensors, EpochProgress numbers, const at::Device& device) {
  const NamedTensors order = part(tensors, kOrder);
  const NamedTensors logits = part(tensors, kLogits);
  if (order.empty() || logits.empty()) return numbers;
  const at::Tensor& positions = order.front().second;
  const at::Tensor& seen = logits.front().second;
  if (positions.scalar_type() != at::kLong || positions.dim() != 1 || seen.dim() != 2 || seen.size(0) != numbers.seen ||
      numbers.seen > positions.size(0)) {
    throw InvalidInput("the checkpoint's epoch under way doesn't fit its own numbers");
  }
  const auto* first = positions.const_data_ptr<std::int64_t>();
  numbers.order.assign(first, first + positions.numel());
  numbers.logits = at::empty({positions.size(0), seen.size(1)}, seen.options().device(device));
  numbers.logits.narrow(0, 0, numbers.seen).copy_(seen);
  return numbers;
}

std::string numbered(const char* format, std::int64_t a, std::int64_t b = 0) {
  char name[64];
  std::snprintf(name, sizeof name, format, static_cast<long long>(a), static_cast<long long>(b));
  return name;
}

}  // namespace

Checkpoints::Checkpoints(fs::path run_folder) : folder_(std::move(run_folder) / "checkpoints") {
  if (const auto newest = manifest()) {
    frozen_ = newest->frozen;
    best_ = newest->best;
  }
}

std::optional<CheckpointManifest> Checkpoints::manifest() const {
  if (!fs::exists(manifest_file())) return std::nullopt;
  return read_manifest(manifest_file());
}

void Checkpoints::write_frozen(const NamedTensors& tensors) {
  if (tensors.empty() || frozen_.exists()) return;
  frozen_ = write_tensors("frozen.safetensors", tensors);
}

void Checkpoints::write(const TrainingState& state, const InputSpec& input) {
  CheckpointManifest next;
  next.frozen = frozen_;
  next.input = input;
  next.state = state;
  if (state.best) {
    const std::string name = numbered("best-%05lld.safetensors", state.best->epoch);
    if (best_.name != name) best_ = write_tensors(name, prefixed(kWeights, state.best->weights));
  }
  next.best = best_;
  next.last = write_tensors(numbered("last-%05lld-%05lld.safetensors", state.epoch, state.step), tensors_of(state));
  replace_file(manifest_file(), manifest_text(next));
  remove_all_but(next);
}

void Checkpoints::restore(const CheckpointManifest& manifest, TrainingState& state) const {
  const NamedTensors last = read_tensors(manifest.last);
  const at::Device device = state.weights.empty() ? at::Device(at::kCPU) : state.weights.front().second.device();
  const NamedTensors weights = state.weights;
  const NamedTensors optimizer = state.optimizer;
  EpochProgress progress = restored_progress(last, manifest.state.progress, device);
  std::optional<BestEpoch> best = manifest.state.best;
  if (best) {
    best->weights = cloned(weights);
    copy_values(part(read_tensors(manifest.best), kWeights), best->weights, "the checkpoint's best epoch");
  }
  copy_values(part(last, kWeights), weights, "the checkpoint");
  copy_values(part(last, kOptimizer), optimizer, "the checkpoint's optimiser");
  state = manifest.state;
  state.weights = weights;
  state.optimizer = optimizer;
  state.progress = std::move(progress);
  state.best = std::move(best);
}

void Checkpoints::load_model(const CheckpointManifest& manifest, bool best, const NamedTensors& frozen,
                             const NamedTensors& trained) const {
  const CheckedFile& file = best ? manifest.best : manifest.last;
  if (!file.exists()) {
    throw InvalidInput(folder_.string() +
                       " holds no best epoch yet: the run stopped before its first epoch ended; use " +
                       "':last', or resume the run");
  }
  const NamedTensors changed = part(read_tensors(file), kWeights);
  load_frozen(manifest, frozen);
  copy_values(changed, trained, "the checkpoint");
}

void Checkpoints::load_frozen(const CheckpointManifest& manifest, const NamedTensors& frozen) const {
  const NamedTensors fixed = manifest.frozen.exists() ? read_tensors(manifest.frozen) : NamedTensors{};
  copy_values(fixed, frozen, "the checkpoint's frozen part");
}

CheckedFile Checkpoints::write_tensors(const std::string& name, const NamedTensors& tensors) const {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) throw Failure(folder_.string() + " can't be made: " + error.message());
  NamedTensors kept;  // The views below point into these.
  std::vector<TensorView> views;
  for (const auto& [tensor_name, tensor] : tensors) {
    kept.emplace_back(tensor_name, tensor.detach().cpu().contiguous());
    views.push_back(view_of(tensor_name, kept.back().second));
  }
  write_safetensors(folder_ / name, views);
  return {name, sha256_of_file(folder_ / name)};
}

NamedTensors Checkpoints::read_tensors(const CheckedFile& file) const {
  const fs::path path = folder_ / file.name;
  if (!fs::exists(path)) throw InvalidInput(path.string() + " is missing, which checkpoint.json names");
  if (sha256_of_file(path) != file.sha256) {
    throw InvalidInput(path.string() + " is damaged: its SHA-256 isn't the one that checkpoint.json names");
  }
  NamedTensors tensors;
  const TensorFile opened = TensorFile::open(path);
  for (const TensorView& view : opened.tensors()) tensors.emplace_back(view.name, to_tensor(view));
  return tensors;
}

void Checkpoints::remove_all_but(const CheckpointManifest& manifest) const {
  std::error_code ignored;  // What stays behind costs space and nothing else.
  for (const auto& entry : fs::directory_iterator(folder_, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name != "checkpoint.json" && name != manifest.frozen.name && name != manifest.best.name &&
        name != manifest.last.name) {
      fs::remove(entry.path(), ignored);
    }
  }
}

}  // namespace assay
