#include "training_batches.h"

#include <ATen/ops/ones.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <torch/nn/modules/linear.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <numeric>
#include <thread>

#include "allocator.h"
#include "assay/learn/dropout.h"
#include "epoch_order.h"
#include "feature_file.h"
#include "losses.h"
#include "optimizer.h"
#include "tiny_training.h"

namespace assay {
namespace {

const c10::Device kCpu(c10::kCPU);
constexpr std::int64_t kChannels = 1280;

/// As fully_connected makes it: dropout, a hidden layer, dropout, one output.
class WideHead : public Head {
 public:
  void build(std::int64_t channels) override {
    hidden_ = register_module("hidden", torch::nn::Linear(channels, 256));
    output_ = register_module("output", torch::nn::Linear(256, 1));
  }
  std::int64_t outputs() const override { return 1; }
  torch::Tensor forward(torch::Tensor x) override {
    x = hidden_->forward(assay::dropout(x, 0.2, is_training())).relu();
    return output_->forward(assay::dropout(x, 0.2, is_training()));
  }

 private:
  torch::nn::Linear hidden_{nullptr};
  torch::nn::Linear output_{nullptr};
};

/// Pages that the kernel had to give this process, without reading them from a disk.
long page_faults() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

/// Two views of 1,000 positions in a file, each row full of its own number.
FeatureRows numbered_rows(const std::filesystem::path& file) {
  std::vector<float> numbers(2000 * kChannels);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<float>(i / kChannels) / 2000.0F;
  write_feature_file(file, "key", {"", DType::f32, {2000, kChannels}, std::as_bytes(std::span(numbers))});
  return open_feature_file(file, {"key", 2000, DType::f32});
}

TEST(CachedBatches, ShowsEachDrawOfASampleInAnotherView) {
  const testing::TemporaryFolder folder;
  Model model = testing::tiny_model(1, "all");
  struct FirstNumber : WideHead {
    torch::Tensor forward(torch::Tensor x) override { return x.narrow(1, 0, 1).clone(); }
  };
  model.head = std::make_shared<FirstNumber>();
  CachedBatches batches(model, numbered_rows(folder.path() / "rows"), 2, FeatureKind::pooled, kCpu);
  const std::vector<std::int64_t> order{5, 7, 5, 5, 999};
  const std::vector<std::uint16_t> draws = draws_of(order, 1000);
  batches.begin({.epoch = 3, .positions = order, .draws = draws, .batch_size = 4});
  const at::Tensor first = batches.next().logits;
  const at::Tensor last = batches.next().logits;
  // Epoch 3 begins with view 1: row 1000 + position; the second draw of 5 is in view 0, the third in view 1 again.
  const std::vector<float> rows{1005, 1007, 5, 1005};
  ASSERT_EQ(first.size(0), 4);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(first[static_cast<std::int64_t>(i)].item<float>(), rows[i] / 2000.0F) << i;
  }
  ASSERT_EQ(last.size(0), 1);
  EXPECT_EQ(last.item<float>(), 1999.0F / 2000.0F);
}

TEST(CachedBatches, ATrainingStepTakesNoNewPagesOnceItIsUnderWay) {
  const testing::TemporaryFolder folder;
  tune_allocator();
  Model model = testing::tiny_model(1, "all");
  model.head = std::make_shared<WideHead>();
  model.head->build(kChannels);
  model.train(true);
  NamedTensors parameters;
  for (const auto& item : model.head->named_parameters()) parameters.emplace_back(item.key(), item.value());
  const auto optimizer = make_optimizer(AdamWOptions{}, parameters);
  CachedBatches batches(model, numbered_rows(folder.path() / "rows"), 2, FeatureKind::pooled, kCpu);
  constexpr int kWarmUp = 50;
  constexpr int kWindow = 100;
  std::vector<std::int64_t> order((kWarmUp + 3 * kWindow) * 64);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int64_t>(i * 7919 % 1000);
  const std::vector<std::uint16_t> draws = draws_of(order, 1000);
  batches.begin({.positions = order, .draws = draws, .batch_size = 64});
  const at::Tensor targets = at::ones({64});
  const auto train = [&](int steps) {
    const long before = page_faults();
    for (int step = 0; step < steps; ++step) {
      optimizer->clear_gradients();
      mean_loss(Loss::binary_cross_entropy, batches.next().logits, targets).backward();
      optimizer->step(1e-3);
    }
    return page_faults() - before;
  };
  train(kWarmUp);
  // The heap that earlier tests left may still be sorting itself out in one of them.
  const long faults = std::min({train(kWindow), train(kWindow), train(kWindow)});
  std::printf("%ld page faults in %d steps\n", faults, kWindow);
  EXPECT_LT(faults, kWindow / 10);
}

/// Counts the pictures that are made.
class Counts : public Augmentation {
 public:
  void sample(View&, Random&) const override { ++count; }
  mutable std::atomic<int> count = 0;
};

TEST(LoadedBatches, TheNextEpochsPicturesAreMadeWhileTheModelIsJudged) {
  const auto counter = std::make_shared<Counts>();
  Renderer::Options options;
  options.input.size = 32;
  options.augmentations = AugmentationChain({counter});
  const Renderer renderer(options);
  const TrainingSplit split(testing::small_dataset());
  LoadedBatches batches(testing::tiny_model(1, "all"), {testing::small_dataset(), renderer, 1}, kCpu, split.samples,
                        /*views=*/0, /*seed=*/1);
  std::vector<std::int64_t> order(16);
  std::iota(order.begin(), order.end(), 0);
  const std::vector<std::uint16_t> draws(16, 0);
  batches.begin({.epoch = 0, .positions = order, .draws = draws, .batch_size = 8});
  batches.announce({.epoch = 1, .positions = order, .draws = draws, .batch_size = 8});
  batches.next();
  batches.next();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (counter->count < 32 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_EQ(counter->count, 32) << "the second epoch was not made though nobody asked for its first batch";
  batches.begin({.epoch = 1, .positions = order, .draws = draws, .batch_size = 8});
  EXPECT_EQ(batches.next().logits.size(0), 8);
  EXPECT_EQ(counter->count, 32) << "an announced epoch's pictures were made twice";
}

}  // namespace
}  // namespace assay
