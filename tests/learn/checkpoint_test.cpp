#include "checkpoint.h"

#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <fstream>

#include "assay/error.h"
#include "tiny_training.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;

NamedTensors weights(float value) {
  return {{"head.a", at::full({2, 3}, value, at::kFloat)}, {"head.b", at::full({}, 5, at::kLong)}};
}

TrainingState some_state() {
  TrainingState state;
  state.epoch = 3;
  state.step = 2;
  state.total_steps = 50;
  state.seed = 20;
  state.machine = {2, "cpu", "a processor", "2.13.0"};
  state.weights = weights(1.5F);
  state.optimizer = {{"exp_avg.head.a", at::full({2, 3}, 0.25F, at::kFloat)}};
  state.early_stopping = {0.1 + 0.2, 4};
  state.best = BestEpoch{2, 1.0 / 3.0, weights(0.5F)};
  state.progress = {{4, 2, 2, 0}, at::full({4, 1}, 0.75F, at::kFloat), 2, 1.0 / 7.0};
  return state;
}

TrainingState blank_state() {
  TrainingState state;
  state.weights = weights(0.0F);
  state.optimizer = {{"exp_avg.head.a", at::zeros({2, 3}, at::kFloat)}};
  return state;
}

std::string refusal(const fs::path& folder) {
  try {
    Checkpoints checkpoints(folder);
    const auto manifest = checkpoints.manifest();
    if (!manifest) return "none";
    TrainingState state = blank_state();
    checkpoints.restore(*manifest, state);
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "";
}

fs::path file_named(const fs::path& folder, const std::string& begin) {
  for (const auto& entry : fs::directory_iterator(folder / "checkpoints")) {
    if (entry.path().filename().string().starts_with(begin)) return entry.path();
  }
  return {};
}

TEST(Checkpoint, ComesBackAsItWasToTheLastBit) {
  const TemporaryFolder folder;
  InputSpec input;
  input.size = 96;
  input.interpolation = Interpolation::bicubic;
  Checkpoints(folder.path()).write(some_state(), input);

  const Checkpoints checkpoints(folder.path());
  const auto manifest = checkpoints.manifest();
  ASSERT_TRUE(manifest.has_value());
  EXPECT_EQ(manifest->input.size, 96);
  EXPECT_EQ(manifest->input.mean, input.mean);
  EXPECT_EQ(manifest->input.interpolation, Interpolation::bicubic);
  TrainingState state = blank_state();
  checkpoints.restore(*manifest, state);
  const TrainingState expected = some_state();
  EXPECT_EQ(state.epoch, 3);
  EXPECT_EQ(state.step, 2);
  EXPECT_EQ(state.total_steps, 50);
  EXPECT_EQ(state.machine.processor, "a processor");
  EXPECT_EQ(state.early_stopping.best, expected.early_stopping.best);
  EXPECT_EQ(state.early_stopping.epochs_without, 4);
  EXPECT_EQ(state.best->value, expected.best->value);
  EXPECT_EQ(hash_of(state.best->weights), hash_of(expected.best->weights));
  EXPECT_EQ(hash_of(state.weights), hash_of(expected.weights));
  EXPECT_EQ(hash_of(state.optimizer), hash_of(expected.optimizer));
  EXPECT_EQ(state.progress.order, expected.progress.order);
  EXPECT_EQ(state.progress.loss_sum, expected.progress.loss_sum);
  EXPECT_TRUE(state.progress.logits.narrow(0, 0, 2).equal(expected.progress.logits.narrow(0, 0, 2)));
}

TEST(Checkpoint, ReplacesTheOneBeforeAndLeavesNoFilesBehind) {
  const TemporaryFolder folder;
  Checkpoints checkpoints(folder.path());
  TrainingState state = some_state();
  checkpoints.write_frozen({{"backbone.w", at::full({3}, 2.0F, at::kFloat)}});
  checkpoints.write(state, {});
  state.epoch = 4;
  state.best->epoch = 4;
  checkpoints.write(state, {});
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(folder.path() / "checkpoints")) {
    files += entry.is_regular_file();
  }
  EXPECT_EQ(files, 4U);
  EXPECT_EQ(refusal(folder.path()), "");
}

TEST(Checkpoint, AKilledWriteLeavesTheOneBeforeWhole) {
  const TemporaryFolder folder;
  Checkpoints(folder.path()).write(some_state(), {});
  std::ofstream(folder.path() / "checkpoints" / "last-00009-00000.safetensors") << "half of a file";
  std::ofstream(folder.path() / "checkpoints" / "checkpoint.json.tmp") << "{\"format\"";
  EXPECT_EQ(refusal(folder.path()), "");
}

TEST(Checkpoint, RefusesADamagedFileByItsName) {
  for (const char* begin : {"last-", "best-", "checkpoint.json"}) {
    const TemporaryFolder folder;
    Checkpoints(folder.path()).write(some_state(), {});
    const fs::path file = file_named(folder.path(), begin);
    const auto middle = static_cast<std::streamoff>(fs::file_size(file) / 2);
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(middle);
    const char byte = static_cast<char>(stream.get());
    stream.seekp(middle);
    stream.put(static_cast<char>(byte ^ 1));
    stream.close();
    EXPECT_NE(refusal(folder.path()).find(file.filename().string()), std::string::npos) << refusal(folder.path());
  }
}

TEST(Checkpoint, RefusesOneOfAnotherModelAndSaysWhatDiffers) {
  const TemporaryFolder folder;
  Checkpoints(folder.path()).write(some_state(), {});
  TrainingState other = blank_state();
  other.weights = {{"head.a", at::zeros({2, 4}, at::kFloat)}, {"head.c", at::zeros({1}, at::kFloat)}};
  other.best = std::nullopt;
  const Checkpoints checkpoints(folder.path());
  try {
    checkpoints.restore(*checkpoints.manifest(), other);
    FAIL() << "it was taken";
  } catch (const InvalidInput& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("head.a"), std::string::npos) << text;
    EXPECT_NE(text.find("missing: head.c"), std::string::npos) << text;
    EXPECT_NE(text.find("unexpected: head.b"), std::string::npos) << text;
  }
  EXPECT_EQ(hash_of({other.weights[1]}), hash_of({{"head.c", at::zeros({1}, at::kFloat)}}));
}

TEST(Checkpoint, GivesPredictionsTheBestOrTheLastEpoch) {
  const TemporaryFolder folder;
  Checkpoints checkpoints(folder.path());
  checkpoints.write_frozen({{"backbone.w", at::full({3}, 2.0F, at::kFloat)}});
  checkpoints.write(some_state(), {});
  const NamedTensors frozen{{"backbone.w", at::zeros({3}, at::kFloat)}};
  const NamedTensors trained = weights(0.0F);
  checkpoints.load_model(*checkpoints.manifest(), /*best=*/true, frozen, trained);
  EXPECT_EQ(frozen[0].second[1].item<float>(), 2.0F);
  EXPECT_EQ(trained[0].second[0][0].item<float>(), 0.5F);
  checkpoints.load_model(*checkpoints.manifest(), /*best=*/false, frozen, trained);
  EXPECT_EQ(trained[0].second[0][0].item<float>(), 1.5F);
}

}  // namespace
}  // namespace assay
