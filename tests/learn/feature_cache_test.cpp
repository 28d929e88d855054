#include "feature_cache.h"

#include <gtest/gtest.h>

#include <fstream>

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
  static std::vector<Request> some() { return plain_requests(testing::small_dataset().of_split(Split::train)); }
  std::vector<fs::path> files() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder_.path())) found.push_back(entry.path());
    return found;
  }

  TemporaryFolder folder_;
  Console console_;
  Renderer renderer_;
  Model model_ = testing::tiny_model(1, "all");
};

TEST_F(FeatureCacheTest, ReadsWhatAnEarlierRunComputed) {
  FeatureCache first = cache();
  const at::Tensor computed = first.rows(some());
  EXPECT_EQ(first.computed(), computed.size(0));
  FeatureCache second = cache();
  EXPECT_TRUE(second.rows(some()).equal(computed));
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
  const at::Tensor computed = cache().rows(some());
  const fs::path file = files().front();
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(-5, std::ios::end);
  stream.put('x');
  stream.close();
  FeatureCache again = cache();
  EXPECT_TRUE(again.rows(some()).equal(computed));
  EXPECT_EQ(again.computed(), computed.size(0));
  FeatureCache mended = cache();
  mended.rows(some());
  EXPECT_EQ(mended.computed(), 0);
}

TEST_F(FeatureCacheTest, AFolderThatCantBeWrittenDoesntEndTheRun) {
  std::ofstream(folder_.path() / "file") << "no folder";
  FeatureCache cache(model_, pictures(), kCpu, FeatureKind::pooled, {}, folder_.path() / "file" / "below", console_);
  EXPECT_EQ(cache.rows(some()).size(1), 8);
}

// Chunks are filled up to one size, so that a picture's features don't depend on which others were asked for with it.
TEST_F(FeatureCacheTest, APicturesFeaturesDontDependOnItsNeighbours) {
  FeatureCache all(model_, pictures(), kCpu, FeatureKind::pooled, {}, {}, console_);
  const at::Tensor together = all.rows(some());
  const at::Tensor alone = all.rows({some()[1]});
  EXPECT_TRUE(alone[0].equal(together[1]));
}

}  // namespace
}  // namespace assay
