#include "checkpoint_manifest.h"

#include <nlohmann/json.hpp>

#include <bit>
#include <fstream>
#include <iterator>

#include "assay/error.h"
#include "assay/hash.h"
#include "input_json.h"

namespace assay {
namespace {

using Json = nlohmann::json;

constexpr int kFormat = 1;

// JSON has no NaN and no infinity, and a state must come back bit for bit: a number goes with its bits.
Json exact(double value) { return {{"value", std::to_string(value)}, {"bits", std::bit_cast<std::uint64_t>(value)}}; }

double exact_of(const Json& json) { return std::bit_cast<double>(json.at("bits").get<std::uint64_t>()); }

Json to_json(const CheckedFile& file) {
  return file.exists() ? Json{{"file", file.name}, {"sha256", file.sha256}} : Json();
}

CheckedFile file_of(const Json& json) {
  if (json.is_null()) return {};
  CheckedFile file{json.at("file").get<std::string>(), json.at("sha256").get<std::string>()};
  if (file.name.empty() || file.name.find('/') != std::string::npos || file.sha256.size() != 64) {
    throw InvalidInput("it names '" + file.name + "', which is no file of a checkpoint");
  }
  return file;
}

Json to_json(const TrainingState& state) {
  Json json = {{"epoch", state.epoch},
               {"step", state.step},
               {"total_steps", state.total_steps},
               {"stopped_early", state.stopped_early},
               {"seed", state.seed},
               {"machine",
                {{"compute_threads", state.machine.compute_threads},
                 {"device", state.machine.device},
                 {"processor", state.machine.processor},
                 {"torch", state.machine.torch}}},
               {"early_stopping", {{"epochs_without", state.early_stopping.epochs_without}, {"best", Json()}}},
               {"best", Json()},
               {"progress", {{"seen", state.progress.seen}, {"loss_sum", exact(state.progress.loss_sum)}}}};
  if (state.early_stopping.best) json["early_stopping"]["best"] = exact(*state.early_stopping.best);
  if (state.best) json["best"] = {{"epoch", state.best->epoch}, {"value", exact(state.best->value)}};
  return json;
}

Machine machine_of(const Json& json) {
  return {json.at("compute_threads").get<std::int64_t>(), json.at("device").get<std::string>(),
          json.at("processor").get<std::string>(), json.at("torch").get<std::string>()};
}

TrainingState state_of(const Json& json) {
  TrainingState state;
  state.epoch = json.at("epoch").get<std::int64_t>();
  state.step = json.at("step").get<std::int64_t>();
  state.total_steps = json.at("total_steps").get<std::int64_t>();
  state.stopped_early = json.at("stopped_early").get<bool>();
  state.seed = json.at("seed").get<std::uint64_t>();
  state.machine = machine_of(json.at("machine"));
  const Json& stopping = json.at("early_stopping");
  state.early_stopping.epochs_without = stopping.at("epochs_without").get<std::int64_t>();
  if (!stopping.at("best").is_null()) state.early_stopping.best = exact_of(stopping.at("best"));
  const Json& best = json.at("best");
  if (!best.is_null()) state.best = BestEpoch{best.at("epoch").get<std::int64_t>(), exact_of(best.at("value")), {}};
  state.progress.seen = json.at("progress").at("seen").get<std::int64_t>();
  state.progress.loss_sum = exact_of(json.at("progress").at("loss_sum"));
  return state;
}

CheckpointManifest manifest_of(Json json) {
  if (json.at("format").get<int>() > kFormat) {
    throw InvalidInput("it was written by a newer Assay (format " + std::to_string(json.at("format").get<int>()) +
                       ", this one knows " + std::to_string(kFormat) + ")");
  }
  const std::string hash = json.at("sha256").get<std::string>();
  json.erase("sha256");
  if (sha256(json.dump()) != hash) throw InvalidInput("it is damaged: it isn't what its own SHA-256 says");
  return {file_of(json.at("frozen")), file_of(json.at("best")), file_of(json.at("last")),
          input_from_json(json.at("input")), state_of(json.at("state"))};
}

}  // namespace

std::string manifest_text(const CheckpointManifest& manifest) {
  Json json = {{"format", kFormat},
               {"frozen", to_json(manifest.frozen)},
               {"best", to_json(manifest.best)},
               {"last", to_json(manifest.last)},
               {"input", input_to_json(manifest.input)},
               {"state", to_json(manifest.state)}};
  json["sha256"] = sha256(json.dump());
  return json.dump(2) + "\n";
}

CheckpointManifest read_manifest(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (!stream) throw Failure(file.string() + " can't be read");
  try {
    return manifest_of(Json::parse(text));
  } catch (const Json::exception& error) {
    throw InvalidInput(file.string() + " is no checkpoint: " + error.what());
  } catch (const InvalidInput& error) {
    throw InvalidInput(file.string() + ": " + error.problems().front().what);
  }
}

}  // namespace assay
