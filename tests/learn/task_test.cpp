#include "task.h"

#include <ATen/ops/empty.h>
#include <gtest/gtest.h>

#include "assay/error.h"

namespace assay {
namespace {

Dataset dataset_with(std::vector<std::string> classes, std::int64_t positive = -1) {
  Dataset dataset;
  dataset.classes = std::move(classes);
  dataset.positive = positive;
  for (std::size_t i = 0; i < dataset.classes.size(); ++i) {
    Sample sample;
    sample.label = static_cast<std::int64_t>(i);
    sample.group = 10 + sample.label;
    dataset.samples.push_back(sample);
  }
  return dataset;
}

std::string refusal(const Dataset& dataset, std::int64_t outputs, const std::string& loss = "auto") {
  try {
    make_task(dataset, outputs, loss);
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "";
}

TEST(Task, OneOutputIsTrainedOnBinaryCrossEntropyOfThePositiveClass) {
  const Dataset dataset = dataset_with({"healthy", "malignant"}, 0);
  const Task task = make_task(dataset, 1, "auto");
  EXPECT_EQ(task.loss, Loss::binary_cross_entropy);
  EXPECT_EQ(task.positive_name(), "healthy");
  const std::vector<std::int64_t> samples{0, 1};
  const at::Tensor targets = targets_of(task, dataset, samples);
  EXPECT_EQ(targets[0].item<float>(), 1.0F);
  EXPECT_EQ(targets[1].item<float>(), 0.0F);
}

TEST(Task, KOutputsAreTrainedOnCrossEntropyOfClassIndices) {
  const Dataset dataset = dataset_with({"a", "b", "c"});
  const Task task = make_task(dataset, 3, "auto");
  EXPECT_EQ(task.loss, Loss::cross_entropy);
  EXPECT_EQ(task.positive_name(), "");
  const std::vector<std::int64_t> samples{2, 0};
  EXPECT_EQ(targets_of(task, dataset, samples)[0].item<std::int64_t>(), 2);
}

TEST(Task, SaysWhatDoesntFitBeforeAnythingIsTrained) {
  EXPECT_NE(refusal(dataset_with({"a", "b", "c"}, 0), 1).find("head.outputs = 3"), std::string::npos);
  EXPECT_NE(refusal(dataset_with({"a", "b"}), 1).find("dataset.positive is missing"), std::string::npos);
  EXPECT_NE(refusal(dataset_with({"a", "b"}, 0), 5).find("set head.outputs = 2 or 1"), std::string::npos);
  EXPECT_NE(refusal(dataset_with({"a"}, 0), 1).find("nothing to tell apart"), std::string::npos);
  EXPECT_NE(refusal(dataset_with({"a", "b"}, 0), 1, "cross_entropy").find("binary_cross_entropy"), std::string::npos);
  EXPECT_EQ(refusal(dataset_with({"a", "b"}, 0), 1, "binary_cross_entropy"), "");
}

at::Tensor floats(std::vector<std::int64_t> shape, std::vector<float> values) {
  at::Tensor tensor = at::empty(shape, at::kFloat);
  std::copy(values.begin(), values.end(), tensor.mutable_data_ptr<float>());
  return tensor;
}

// Expected values from PyTorch 2.13: lam * y + (1 - lam) * y[partner], twice, of one_hot([0, 2, 1]).
TEST(Task, MixedTargetsAreSharesOfTheClassesOfAllThatWasMixedIn) {
  const Dataset dataset = dataset_with({"a", "b", "c"});
  const Task task = make_task(dataset, 3, "auto");
  const std::vector<std::int64_t> samples{0, 2, 1};
  const std::vector<std::vector<MixedLabel>> mixed{{{1, 0.75}, {2, 0.5}, {2, 1.0}}, {{2, 0.5}, {1, 1.0}, {0, 0.25}}};
  const at::Tensor targets = targets_of(task, dataset, samples);
  const at::Tensor once = mixed_targets(task, targets, std::span(mixed).first(1));
  EXPECT_TRUE(once.equal(floats({3, 3}, {0.75F, 0, 0.25F, 0, 0.5F, 0.5F, 0, 1, 0})));
  const at::Tensor twice = mixed_targets(task, targets, mixed);
  EXPECT_TRUE(twice.equal(floats({3, 3}, {0.375F, 0.5F, 0.125F, 0, 0.5F, 0.5F, 0.5625F, 0.25F, 0.1875F})));
  // torch.nn.functional.cross_entropy of these shares.
  const at::Tensor logits = floats({3, 3}, {1, -0.5F, 2, 0.25F, 0, -1.5F, 0, 1, -1});
  EXPECT_NEAR(mean_loss(task.loss, logits, twice).item<double>(), 1.670264720916748, 1e-6);
}

TEST(Task, MixedTargetsOfOneOutputAreSharesOfThePositiveClass) {
  const Dataset dataset = dataset_with({"healthy", "malignant"}, 1);
  const Task task = make_task(dataset, 1, "auto");
  const std::vector<std::int64_t> samples{0, 1};
  const std::vector<std::vector<MixedLabel>> mixed{{{1, 0.75}, {1, 1.0}}};
  EXPECT_TRUE(mixed_targets(task, targets_of(task, dataset, samples), mixed).equal(floats({2}, {0.25F, 1.0F})));
}

TEST(Task, PredictionsKeepLabelsSamplesAndPatients) {
  const Dataset dataset = dataset_with({"healthy", "malignant"}, 1);
  const Task task = make_task(dataset, 1, "auto");
  const std::vector<std::int64_t> samples{1, 0};
  const at::Tensor targets = targets_of(task, dataset, samples).view({2, 1});
  const Predictions predictions = predictions_of(task, dataset, samples, targets.mul(0.25).add(0.5));
  EXPECT_EQ(predictions.columns, 1);
  EXPECT_EQ(predictions.probabilities, (std::vector<float>{0.75F, 0.5F}));
  EXPECT_EQ(predictions.labels, (std::vector<std::int32_t>{1, 0}));
  EXPECT_EQ(predictions.samples, (std::vector<std::uint32_t>{1, 0}));
  EXPECT_EQ(predictions.groups, (std::vector<std::uint32_t>{11, 10}));
}

}  // namespace
}  // namespace assay
