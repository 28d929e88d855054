#include "feature_cache.h"

#include <ATen/ops/empty.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>
#include <mutex>
#include <numeric>
#include <thread>

#include "assay/interrupt.h"
#include "file_size_limit.h"
#include "tiny_training.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;

const c10::Device kCpu(c10::kCPU);

FeatureIdentity with_weights(const std::string& weights) {
  FeatureIdentity identity;
  identity.weights = weights;
  return identity;
}

FeatureIdentity with_augmentations(const std::string& augmentations) {
  FeatureIdentity identity;
  identity.augmentations = augmentations;
  return identity;
}

at::Tensor tensor_of(const FeatureRows& rows) {
  at::Tensor all = at::empty({rows.count(), rows.numbers_of_row()}, at::kFloat);
  std::vector<std::int64_t> each(static_cast<std::size_t>(rows.count()));
  std::iota(each.begin(), each.end(), 0);
  rows.gather(each, all.mutable_data_ptr<float>());
  return all;
}

/// Does something when the first picture is rendered.
class DoesFirst : public Augmentation {
 public:
  explicit DoesFirst(std::function<void()> what) : what_(std::move(what)) {}
  void sample(View&, Random&) const override { std::call_once(once_, what_); }

 private:
  std::function<void()> what_;
  mutable std::once_flag once_;
};

/// Removes the files of a folder as soon as they are there, as long as the object lives.
class TakesFilesAway {
 public:
  explicit TakesFilesAway(fs::path folder) : folder_(std::move(folder)), thread_([this] { take(); }) {}
  ~TakesFilesAway() {
    done_ = true;
    thread_.join();
  }
  TakesFilesAway(const TakesFilesAway&) = delete;
  TakesFilesAway& operator=(const TakesFilesAway&) = delete;

 private:
  void take() {
    while (!done_) {
      std::error_code ignored;
      for (const auto& entry : fs::directory_iterator(folder_, ignored)) {
        if (entry.path().extension() == ".safetensors") fs::remove(entry.path(), ignored);
      }
    }
  }

  fs::path folder_;
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

/// Sets a variable of the environment as long as the object lives.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

/// Interrupts the run while a picture is rendered.
class InterruptsAt : public Augmentation {
 public:
  explicit InterruptsAt(int picture) : left_(picture) {}
  void sample(View&, Random&) const override {
    if (--left_ == 0) std::raise(SIGTERM);
  }

 private:
  mutable std::atomic<int> left_;
};

class FeatureCacheTest : public ::testing::Test {
 protected:
  FeatureCacheTest() : renderer_(options()) {}

  static Renderer::Options options() {
    Renderer::Options options;
    options.input.size = 32;
    return options;
  }
  PictureSource pictures() const { return {testing::small_dataset(), renderer_, 2}; }
  FeatureCache cache(FeatureIdentity identity = {}) {
    return {model_, pictures(), kCpu, FeatureKind::pooled, std::move(identity), folder_.path(), console_};
  }
  /// Two files: one holds 512.
  static std::vector<Request> many() {
    std::vector<Request> many;
    while (many.size() < 600) many.push_back(some()[many.size() % some().size()]);
    for (Request& request : many) request.augmented = true;
    return many;
  }
  static std::vector<Request> some() { return plain_requests(testing::small_dataset().of_split(Split::train)); }
  std::vector<fs::path> files() const {
    std::vector<fs::path> found;
    std::error_code missing;
    for (const auto& entry : fs::directory_iterator(folder_.path() / "features", missing)) {
      found.push_back(entry.path());
    }
    return found;
  }

  TemporaryFolder folder_;
  Console console_;
  Renderer renderer_;
  Model model_ = testing::tiny_model(1, "all");
};

TEST_F(FeatureCacheTest, ReadsWhatAnEarlierRunComputed) {
  FeatureCache first = cache();
  const at::Tensor computed = tensor_of(first.rows(some()));
  EXPECT_EQ(first.computed(), computed.size(0));
  FeatureCache second = cache();
  EXPECT_TRUE(tensor_of(second.rows(some())).equal(computed));
  EXPECT_EQ(second.computed(), 0);
  EXPECT_EQ(second.reused(), computed.size(0));
}

TEST_F(FeatureCacheTest, ComputesAnewForOtherWeightsAndOtherPictures) {
  cache().rows(some());
  FeatureCache other_weights = cache(with_weights("others"));
  other_weights.rows(some());
  EXPECT_GT(other_weights.computed(), 0);
  FeatureCache other_pictures = cache();
  std::vector<Request> fewer = some();
  fewer.pop_back();
  other_pictures.rows(fewer);
  EXPECT_GT(other_pictures.computed(), 0);
  EXPECT_EQ(files().size(), 3U);
}

TEST_F(FeatureCacheTest, PlainPicturesAreSharedByRunsWithOtherAugmentations) {
  cache(with_augmentations("rotate, seed 1")).rows(some());
  FeatureCache other = cache(with_augmentations("crop, seed 2"));
  other.rows(some());
  EXPECT_EQ(other.computed(), 0);
  std::vector<Request> augmented = some();
  for (Request& request : augmented) request.augmented = true;
  cache(with_augmentations("rotate, seed 1")).rows(augmented);
  FeatureCache again = cache(with_augmentations("crop, seed 2"));
  again.rows(augmented);
  EXPECT_GT(again.computed(), 0);
}

TEST_F(FeatureCacheTest, ADamagedFileIsComputedAgain) {
  const at::Tensor computed = tensor_of(cache().rows(some()));
  const fs::path file = files().front();
  ::testing::internal::CaptureStderr();
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(-5, std::ios::end);
  stream.put('x');
  stream.close();
  FeatureCache again = cache();
  EXPECT_TRUE(tensor_of(again.rows(some())).equal(computed));
  EXPECT_EQ(again.computed(), computed.size(0));
  const std::string told = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(told.find("warning: " + file.string() + " is damaged: "), std::string::npos) << told;
  EXPECT_NE(told.find("; its features are computed again"), std::string::npos) << told;
  FeatureCache mended = cache();
  mended.rows(some());
  EXPECT_EQ(mended.computed(), 0);
}

// The reader of tensor files quotes the header, which is a page of key.
TEST_F(FeatureCacheTest, AFileWhoseHeaderIsDamagedIsToldInOneSentence) {
  cache().rows(some());
  const fs::path file = files().front();
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary).seekp(20).put('\x01');
  ::testing::internal::CaptureStderr();
  cache().rows(some());
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "warning: " + file.string() +
                " is damaged: it can't be read as a file of features; its features are computed again\n");
}

TEST_F(FeatureCacheTest, FindsWhatAnotherRunComputesMeanwhile) {
  const Model others = testing::tiny_model(1, "all");
  const auto other_run = [&] {
    FeatureCache cache(others, pictures(), kCpu, FeatureKind::pooled, {}, folder_.path(), console_);
    cache.rows(many());
  };
  Renderer::Options interleaved = options();
  interleaved.augmentations = AugmentationChain({std::make_shared<DoesFirst>(other_run)});
  const Renderer renderer(interleaved);
  FeatureCache cache(model_, {testing::small_dataset(), renderer, 1}, kCpu, FeatureKind::pooled, {}, folder_.path(),
                     console_);
  cache.rows(many());
  EXPECT_GT(cache.reused(), 0);
  EXPECT_EQ(cache.reused() + cache.computed(), 600);
}

TEST_F(FeatureCacheTest, WhatIsTakenAwayAtOnceStaysInMemoryAndLaterFeaturesAreWrittenAllTheSame) {
  FeatureCache in_memory(model_, pictures(), kCpu, FeatureKind::pooled, {}, {}, console_);
  FeatureCache robbed = cache();
  ::testing::internal::CaptureStderr();
  {
    const TakesFilesAway thief(folder_.path() / "features");
    for (int i = 0; i < 5; ++i) {
      std::vector<Request> requests = some();
      for (Request& request : requests) {
        request.epoch = i;
        request.augmented = true;
      }
      EXPECT_TRUE(tensor_of(robbed.rows(requests)).equal(tensor_of(in_memory.rows(requests))));
    }
  }
  robbed.rows(some());
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  FeatureCache again = cache();
  again.rows(some());
  EXPECT_EQ(again.computed(), 0);
}

TEST_F(FeatureCacheTest, MakesRoomBeforeItWrites) {
  cache(with_weights("oldest")).rows(some());
  const std::vector<fs::path> oldest = files();
  fs::last_write_time(oldest.front(), fs::file_time_type::clock::now() - std::chrono::hours(2));
  cache(with_weights("older")).rows(some());
  const Variable limit("ASSAY_CACHE_LIMIT", "1");  // whatever is not in use or used last goes
  cache().rows(some());
  EXPECT_FALSE(fs::exists(oldest.front()));
  EXPECT_EQ(files().size(), 2U);
}

TEST_F(FeatureCacheTest, InAFolderThatCantBeWrittenFeaturesStayInMemoryAndTheRunSaysSo) {
  const at::Tensor computed = tensor_of(cache().rows(some()));
  std::ofstream(folder_.path() / "file") << "no folder";
  FeatureCache cache(model_, pictures(), kCpu, FeatureKind::pooled, {}, folder_.path() / "file" / "below", console_);
  ::testing::internal::CaptureStderr();
  EXPECT_TRUE(tensor_of(cache.rows(some())).equal(computed));
  EXPECT_NE(::testing::internal::GetCapturedStderr().find("stay in memory"), std::string::npos);
}

TEST_F(FeatureCacheTest, OnAFullDiskFeaturesStayInMemoryAndNothingHalfWrittenIsLeft) {
  FeatureCache full = cache();
  ::testing::internal::CaptureStderr();
  const at::Tensor computed = [&] {
    const testing::FileSizeLimit limit(800);  // room for what is said, not for a file
    return tensor_of(full.rows(some()));
  }();
  EXPECT_NE(::testing::internal::GetCapturedStderr().find("stay in memory"), std::string::npos);
  EXPECT_TRUE(files().empty());
  EXPECT_TRUE(tensor_of(cache().rows(some())).equal(computed));
}

TEST_F(FeatureCacheTest, AnInterruptedExtractionKeepsTheFilesThatItFinished) {
  Renderer::Options stopping = options();
  stopping.augmentations = AugmentationChain({std::make_shared<InterruptsAt>(560)});
  const Renderer renderer(stopping);
  {
    const InterruptScope scope;
    FeatureCache stopped(model_, {testing::small_dataset(), renderer, 2}, kCpu, FeatureKind::pooled, {}, folder_.path(),
                         console_);
    EXPECT_THROW(stopped.rows(many()), Interrupted);
  }
  const InterruptScope scope;  // forgets the signal
  FeatureCache again = cache();
  again.rows(many());
  EXPECT_TRUE(again.reused() == 512 || again.reused() == 600 - 512) << again.reused();  // either may come first
  EXPECT_EQ(again.computed(), 600 - again.reused());
}

TEST_F(FeatureCacheTest, Bfloat16KeepsTheRoundedFeaturesInFilesOfItsOwn) {
  const at::Tensor computed = tensor_of(cache().rows(some()));
  FeatureCache half = cache();
  const at::Tensor rounded = tensor_of(half.rows(some(), DType::bf16));
  EXPECT_EQ(half.computed(), computed.size(0));
  EXPECT_TRUE(rounded.equal(computed.to(at::kBFloat16).to(at::kFloat)));
  EXPECT_FALSE(rounded.equal(computed));
  FeatureCache again = cache();
  EXPECT_TRUE(tensor_of(again.rows(some(), DType::bf16)).equal(rounded));
  EXPECT_EQ(again.computed(), 0);
}

// Chunks are filled up to one size, so that a picture's features don't depend on which others were asked for with it.
TEST_F(FeatureCacheTest, APicturesFeaturesDontDependOnItsNeighbours) {
  FeatureCache all(model_, pictures(), kCpu, FeatureKind::pooled, {}, {}, console_);
  const at::Tensor together = tensor_of(all.rows(some()));
  const at::Tensor alone = tensor_of(all.rows({some()[1]}));
  EXPECT_TRUE(alone[0].equal(together[1]));
}

}  // namespace
}  // namespace assay
