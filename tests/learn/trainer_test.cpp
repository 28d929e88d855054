#include "trainer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <csignal>
#include <limits>
#include <memory>

#include "assay/interrupt.h"
#include "file_size_limit.h"
#include "tiny_training.h"

namespace assay {
namespace {

using testing::Source;
using testing::TemporaryFolder;
using testing::TinyTraining;
using testing::TrainingOutcome;

TrainingOutcome whole(TinyTraining training) {
  const TemporaryFolder folder;
  training.folder = folder.path();
  return train(training);
}

TEST(Trainer, TheSameSeedGivesTheSameWeightsAndMetrics) {
  const TrainingOutcome once = whole({});
  const TrainingOutcome again = whole({});
  EXPECT_EQ(once.failure, "");
  EXPECT_EQ(once.hash, again.hash);
  EXPECT_EQ(once.metrics, again.metrics);
  TinyTraining other;
  other.experiment.seed = 8;
  EXPECT_NE(whole(other).hash, once.hash);
}

TEST(Trainer, LoaderThreadsDontChangeTheWeights) {
  TinyTraining one;
  one.source = Source::loaded;
  one.freeze = "none";
  TinyTraining three = one;
  three.loader_threads = 3;
  const TrainingOutcome outcome = whole(one);
  EXPECT_EQ(outcome.failure, "");
  EXPECT_EQ(outcome.hash, whole(three).hash);
}

TEST(Trainer, CachedFeaturesGiveTheCurveOfUncachedOnes) {
  TinyTraining loaded;
  loaded.source = Source::loaded;
  const TrainingOutcome cached = whole({});
  const TrainingOutcome uncached = whole(loaded);
  ASSERT_EQ(cached.metrics.size(), uncached.metrics.size());
  for (const auto& [name, value] : cached.metrics) EXPECT_NEAR(uncached.metrics.at(name), value, 1e-4) << name;
}

// A bfloat16 has 8 bits: features are off by up to 2^-9 of themselves, and so, by and by, is what is learnt from them.
TEST(Trainer, FeaturesKeptInBfloat16GiveTheSameCurveWithinTheirRounding) {
  TinyTraining rounded;
  rounded.dtype = DType::bf16;
  const TrainingOutcome exact = whole({});
  const TrainingOutcome outcome = whole(rounded);
  EXPECT_EQ(outcome.failure, "");
  EXPECT_NE(outcome.hash, exact.hash);
  for (const char* loss : {"train.loss@4", "validation.loss@4"}) {
    EXPECT_NEAR(outcome.metrics.at(loss), exact.metrics.at(loss), 2e-3 * exact.metrics.at(loss)) << loss;
  }
}

TEST(Trainer, CachedMapsGiveTheCurveOfPooledFeatures) {
  TinyTraining maps;
  maps.kind = FeatureKind::map;
  const TrainingOutcome pooled = whole({});
  const TrainingOutcome mapped = whole(maps);
  EXPECT_EQ(mapped.failure, "");
  for (const auto& [name, value] : pooled.metrics) EXPECT_NEAR(mapped.metrics.at(name), value, 1e-4) << name;
}

/// Each picture becomes the one at the other end of its batch, label and all.
class TradesPlaces : public Augmentation {
 public:
  bool has_pairs() const override { return true; }
  void pair(std::span<Mix> batch, Random&) const override {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      batch[i] = {static_cast<std::int64_t>(batch.size() - 1 - i), 0.0, std::nullopt};
    }
  }
};

/// A share of each picture is that of a random other one.
class MixesAtRandom : public Augmentation {
 public:
  bool has_pairs() const override { return true; }
  void pair(std::span<Mix> batch, Random& random) const override {
    for (Mix& mix : batch) {
      mix.partner = static_cast<std::int64_t>(random.below(static_cast<std::uint32_t>(batch.size())));
      mix.share = random.uniform(0.0, 1.0);
    }
  }
};

TinyTraining mixing_training() {
  TinyTraining training;
  training.source = Source::loaded;
  training.mixing = {std::make_shared<MixesAtRandom>(), std::make_shared<MixesAtRandom>()};
  return training;
}

// A batch whose pictures and labels change places together has the same mean loss; its gradients, too, are only summed
// in another order. Were the labels left behind, all would differ.
TEST(Trainer, LabelsAreMixedAsPicturesAre) {
  for (const std::int64_t outputs : {1, 2}) {
    TinyTraining plain;
    plain.source = Source::loaded;
    plain.outputs = outputs;
    plain.dropout = 0.0;
    TinyTraining trading = plain;
    trading.mixing = {std::make_shared<TradesPlaces>()};
    const TrainingOutcome expected = whole(plain);
    const TrainingOutcome outcome = whole(trading);
    EXPECT_EQ(outcome.failure, "");
    for (const char* loss : {"train.loss@1", "train.loss@4", "validation.loss@4"}) {
      EXPECT_NEAR(outcome.metrics.at(loss), expected.metrics.at(loss), 1e-5) << loss;
    }
  }
}

TEST(Trainer, OfMixedPicturesTheLossAloneIsRecordedAndEvaluationNeverMixes) {
  TinyTraining plain;
  plain.source = Source::loaded;
  plain.experiment.training.optimizer = SgdOptions{.learning_rate = 0.0};
  TinyTraining mixed = plain;
  mixed.mixing = mixing_training().mixing;
  const TrainingOutcome expected = whole(plain);
  const TrainingOutcome outcome = whole(mixed);
  EXPECT_EQ(outcome.failure, "");
  EXPECT_TRUE(expected.metrics.contains("train.auroc@1"));
  EXPECT_FALSE(outcome.metrics.contains("train.auroc@1"));
  EXPECT_NE(outcome.metrics.at("train.loss@1"), expected.metrics.at("train.loss@1"));
  for (const auto& [name, value] : expected.metrics) {
    if (!name.starts_with("validation")) continue;
    EXPECT_EQ(outcome.metrics.at(name), value) << name;
  }
}

TEST(Trainer, LearnsWhenTheBackboneIsTrainedToo) {
  TinyTraining training;
  training.source = Source::loaded;
  training.freeze = "1";
  training.experiment.training.epochs = 12;
  training.experiment.training.optimizer = AdamWOptions{.learning_rate = 1e-2};
  const TrainingOutcome outcome = whole(training);
  EXPECT_EQ(outcome.failure, "");
  EXPECT_LT(outcome.metrics.at("train.loss@12"), outcome.metrics.at("train.loss@1"));
}

TEST(Trainer, TrainsOneOutputForEachClass) {
  TinyTraining training;
  training.outputs = 2;
  const TrainingOutcome outcome = whole(training);
  EXPECT_EQ(outcome.failure, "");
  EXPECT_TRUE(outcome.metrics.contains("validation.auroc@4"));
}

TEST(Trainer, AFrozenBackboneStaysAsItWas) {
  const TrainingOutcome outcome = whole({});
  const Model start = testing::tiny_model(7, "all");
  for (const auto& [name, tensor] : outcome.state.weights) EXPECT_TRUE(name.starts_with("head.")) << name;
  EXPECT_EQ(start.trained().size(), outcome.state.weights.size());
}

TEST(Trainer, KeepsTheEpochWithTheBestSelectedMetric) {
  const TrainingOutcome outcome = whole({});
  ASSERT_TRUE(outcome.state.best.has_value());
  double lowest = std::numeric_limits<double>::infinity();
  std::int64_t epoch = 0;
  for (std::int64_t i = 1; i <= 4; ++i) {
    const double loss = outcome.metrics.at("validation.loss@" + std::to_string(i));
    if (loss < lowest) {
      lowest = loss;
      epoch = i;
    }
  }
  EXPECT_EQ(outcome.state.best->epoch, epoch);
  EXPECT_EQ(outcome.state.best->value, lowest);
}

TEST(Trainer, StopsEarlyWhenTheMetricNoLongerImproves) {
  TinyTraining training;
  training.experiment.training.epochs = 50;
  training.experiment.training.early_stopping = {.patience = 2, .metric = "validation.loss", .min_delta = 10.0};
  const TrainingOutcome outcome = whole(training);
  EXPECT_TRUE(outcome.state.stopped_early);
  EXPECT_EQ(outcome.state.epoch, 3);
}

TEST(Trainer, ALossThatIsNotFiniteStopsWithEpochAndStepAndKeepsTheCheckpoint) {
  const TemporaryFolder folder;
  TinyTraining training;
  training.folder = folder.path();
  training.experiment.training.checkpoint_minutes = 0;  // after each epoch
  training.experiment.training.optimizer = SgdOptions{.learning_rate = 1e38};
  training.experiment.training.schedule = ConstantScheduleOptions{};
  const TrainingOutcome outcome = train(training);
  const std::int64_t finished = outcome.state.epoch;
  ASSERT_GT(finished, 0) << "too early to tell: " << outcome.failure;
  EXPECT_NE(outcome.failure.find("epoch " + std::to_string(finished + 1) + ", step "), std::string::npos);
  EXPECT_NE(outcome.failure.find(" of 4: the loss is "), std::string::npos) << outcome.failure;
  EXPECT_NE(outcome.failure.find("lower training.optimizer.learning_rate or a longer warm-up usually helps"),
            std::string::npos)
      << outcome.failure;
  EXPECT_NE(outcome.failure.find("after epoch " + std::to_string(finished) + ", step 0 is kept"), std::string::npos)
      << outcome.failure;
  const auto kept = Checkpoints(folder.path()).manifest();
  ASSERT_TRUE(kept.has_value());
  EXPECT_EQ(kept->state.epoch, finished);
}

TEST(Trainer, AFullDiskStopsWithWhatStaysAndTheRunGoesOnLater) {
  const TrainingOutcome uninterrupted = whole({});
  const TemporaryFolder folder;
  TinyTraining training;
  training.folder = folder.path();
  training.experiment.training.checkpoint_minutes = 0;
  std::unique_ptr<testing::FileSizeLimit> full;
  training.before_step = [&](std::int64_t step) {
    if (step == 6) full = std::make_unique<testing::FileSizeLimit>(64);
  };
  const TrainingOutcome stopped = train(training);
  full.reset();
  EXPECT_NE(stopped.failure.find("The checkpoint before it is whole"), std::string::npos) << stopped.failure;
  training.before_step = nullptr;
  EXPECT_EQ(train(training).hash, uninterrupted.hash);
}

class StoppedAt : public ::testing::TestWithParam<std::int64_t> {};

// An epoch has 4 steps: those below lie in the warm-up, at an epoch's end, in mid-epoch and at the very end.
TEST_P(StoppedAt, AStoppedTrainingGoesOnToTheSameWeightsAndMetrics) {
  TinyTraining trained_through;
  trained_through.source = Source::loaded;
  trained_through.freeze = "1";
  for (TinyTraining training : {TinyTraining{}, trained_through, mixing_training()}) {
    const TrainingOutcome uninterrupted = whole(training);
    const TemporaryFolder folder;
    training.folder = folder.path();
    training.before_step = [](std::int64_t step) {
      if (step == GetParam()) std::raise(SIGTERM);
    };
    TrainingOutcome stopped;
    {
      const InterruptScope scope;
      stopped = train(training);
    }
    EXPECT_TRUE(stopped.interrupted);
    EXPECT_EQ(stopped.state.total_steps, GetParam() + 1);
    training.before_step = nullptr;
    const InterruptScope scope;  // forgets the signal
    const TrainingOutcome resumed = train(training);
    EXPECT_EQ(resumed.failure, "");
    EXPECT_EQ(resumed.hash, uninterrupted.hash);
    EXPECT_EQ(resumed.state.best->epoch, uninterrupted.state.best->epoch);
    EXPECT_EQ(hash_of(resumed.state.best->weights), hash_of(uninterrupted.state.best->weights));
    EXPECT_EQ(hash_of(resumed.state.optimizer), hash_of(uninterrupted.state.optimizer));
    std::map<std::string, double> metrics = stopped.metrics;
    metrics.insert(resumed.metrics.begin(), resumed.metrics.end());
    EXPECT_EQ(metrics, uninterrupted.metrics);
  }
}

INSTANTIATE_TEST_SUITE_P(Steps, StoppedAt, ::testing::Values(0, 3, 9, 15));

TEST(IsBetter, MinimisesLossesAndNeverPrefersNaN) {
  EXPECT_TRUE(is_better("loss", 0.1, 0.2));
  EXPECT_FALSE(is_better("auroc", 0.1, 0.2));
  EXPECT_TRUE(is_better("auroc", 0.3, 0.2));
  EXPECT_FALSE(is_better("auroc", 0.205, 0.2, 0.01));
  EXPECT_FALSE(is_better("auroc", std::nan(""), 0.2));
  EXPECT_TRUE(is_better("auroc", 0.2, std::nan("")));
}

}  // namespace
}  // namespace assay
