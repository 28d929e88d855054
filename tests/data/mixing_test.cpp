#include "assay/data/mixing.h"

#include <gtest/gtest.h>

#include "assay/random.h"

namespace assay {
namespace {

constexpr std::int64_t kSize = 4;
constexpr std::size_t kNumbers = kSize * kSize * 3;

/// Pictures whose every number differs.
std::vector<float> batch_of(std::size_t count) {
  std::vector<float> pixels(count * kNumbers);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<float>(i % 97) - 31.0F;
  return pixels;
}

/// The definition, with a copy of the whole batch.
std::vector<float> blended(const std::vector<float>& pixels, const std::vector<Mix>& mixes) {
  std::vector<float> out = pixels;
  for (std::size_t i = 0; i < mixes.size(); ++i) {
    const auto partner = static_cast<std::size_t>(mixes[i].partner);
    if (partner == i) continue;
    const auto share = static_cast<float>(mixes[i].share);
    for (std::size_t k = 0; k < kNumbers; ++k) {
      out[i * kNumbers + k] = share * pixels[i * kNumbers + k] + (1 - share) * pixels[partner * kNumbers + k];
    }
  }
  return out;
}

TEST(Mixing, BlendsWithThePartnerAsItWasWhateverTheOrder) {
  Random random(StreamName{.seed = 3});
  for (int round = 0; round < 200; ++round) {  // trees, cycles, own partners, several with the same partner
    const std::int64_t count = 1 + static_cast<std::int64_t>(random.below(9));
    std::vector<Mix> mixes(static_cast<std::size_t>(count));
    for (Mix& mix : mixes) {
      mix.partner = static_cast<std::int64_t>(random.below(static_cast<std::uint32_t>(count)));
      mix.share = random.uniform();
    }
    const std::vector<float> given = batch_of(mixes.size());
    std::vector<float> pixels = given;
    mix_pictures(pixels, kSize, mixes);
    ASSERT_EQ(pixels, blended(given, mixes)) << round;
  }
}

TEST(Mixing, GivesTheLabelTheShareOfThePixels) {
  const std::vector<Mix> mixes = {{1, 0.25, {}}, {1, 0.5, {}}, {0, 0.75, {}}};
  std::vector<float> pixels = batch_of(3);
  const std::vector<MixedLabel> labels = mix_pictures(pixels, kSize, mixes);
  EXPECT_EQ(labels[0].partner, 1);
  EXPECT_EQ(labels[0].share, 0.25);
  EXPECT_EQ(labels[1].share, 1) << "its own partner: not mixed, whatever the share";
  EXPECT_EQ(labels[2].partner, 0);
  EXPECT_EQ(labels[2].share, 0.75);
}

TEST(Mixing, ShowsThePartnerInAPatchOfWholePixels) {
  const std::vector<Mix> mixes = {{1, 0.1, Patch{0.3, 0.45, 0.9, 0.8}}, {1, 1, {}}};
  const std::vector<float> given = batch_of(2);
  std::vector<float> pixels = given;
  const std::vector<MixedLabel> labels = mix_pictures(pixels, kSize, mixes);
  // Of four pixels: 0.3 -> 1.2 -> 1, 0.9 -> 3.6 -> 4; 0.45 -> 1.8 -> 2, 0.8 -> 3.2 -> 3. Three of sixteen.
  EXPECT_DOUBLE_EQ(labels[0].share, 13.0 / 16);
  for (std::size_t y = 0; y < 4; ++y) {
    for (std::size_t x = 0; x < 4; ++x) {
      const std::size_t at = 3 * (4 * y + x);
      const bool inside = x >= 1 && y == 2;
      EXPECT_EQ(pixels[at], given[at + (inside ? kNumbers : 0)]) << x << " " << y;
    }
  }
  EXPECT_TRUE(std::equal(pixels.begin() + kNumbers, pixels.end(), given.begin() + kNumbers));
}

TEST(Mixing, LeavesAPictureWithAnEmptyPatchAsItIs) {
  const std::vector<Mix> mixes = {{1, 0, Patch{0.5, 0.5, 0.5, 0.9}}, {0, 0, Patch{0, 0, 1, 1}}};
  const std::vector<float> given = batch_of(2);
  std::vector<float> pixels = given;
  const std::vector<MixedLabel> labels = mix_pictures(pixels, kSize, mixes);
  EXPECT_EQ(labels[0].share, 1);
  EXPECT_EQ(labels[1].share, 0);
  for (std::size_t k = 0; k < pixels.size(); ++k) EXPECT_EQ(pixels[k], given[k % kNumbers]);
}

}  // namespace
}  // namespace assay
