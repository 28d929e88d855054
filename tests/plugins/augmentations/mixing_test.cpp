// The mixup and cutmix plugins: partners, and the shares and rectangles they draw.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <vector>

#include "sampled.h"

namespace assay {
namespace {

using test::augmentation;

std::vector<Mix> paired(const Augmentation& plugin, std::size_t count, std::uint32_t step) {
  std::vector<Mix> batch(count);
  for (std::size_t i = 0; i < count; ++i) batch[i].partner = static_cast<std::int64_t>(i);
  Random random(StreamName{.seed = 1, .sample = step});
  plugin.pair(batch, random);
  return batch;
}

/// All mixes of many steps.
std::vector<Mix> many(const Augmentation& plugin) {
  std::vector<Mix> all;
  for (std::uint32_t step = 0; step < 400; ++step) {
    const std::vector<Mix> batch = paired(plugin, 50, step);
    all.insert(all.end(), batch.begin(), batch.end());
  }
  return all;
}

TEST(MixingPlugins, GiveEachPictureOneOfTheBatchAndEveryPictureOnce) {
  for (const char* name : {"mixup", "cutmix"}) {
    const auto plugin = augmentation(name, "");
    EXPECT_TRUE(plugin->has_pairs());
    EXPECT_FALSE(plugin->has_pixels());
    std::set<std::vector<std::int64_t>> orders;
    for (std::uint32_t step = 0; step < 200; ++step) {
      std::vector<std::int64_t> partners;
      for (const Mix& mix : paired(*plugin, 4, step)) partners.push_back(mix.partner);
      orders.insert(partners);
      std::sort(partners.begin(), partners.end());
      EXPECT_EQ(partners, (std::vector<std::int64_t>{0, 1, 2, 3}));
    }
    EXPECT_EQ(orders.size(), 24U) << "all permutations of four";
    EXPECT_EQ(paired(*plugin, 1, 0).front().partner, 0);
    EXPECT_TRUE(paired(*plugin, 0, 0).empty());
  }
}

TEST(Mixup, DrawsSharesFromBeta) {
  const std::vector<Mix> mixes = many(*augmentation("mixup", "alpha = 0.2"));
  // scipy.stats.beta.cdf(x, 0.2, 0.2); five standard deviations over 20,000 draws.
  for (const auto& [point, expected] :
       {std::pair(0.05, 0.291025), std::pair(0.25, 0.414056), std::pair(0.9, 0.66331)}) {
    const auto below = std::count_if(mixes.begin(), mixes.end(), [&](const Mix& mix) { return mix.share < point; });
    EXPECT_NEAR(static_cast<double>(below) / 20'000, expected, 0.018);
  }
  EXPECT_FALSE(mixes.front().patch.has_value());
}

TEST(Cutmix, ShowsARectangleOfTheDrawnAreaCutAtTheEdges) {
  const std::vector<Mix> mixes = many(*augmentation("cutmix", "alpha = 1"));
  double area = 0;
  int touching = 0;
  for (const Mix& mix : mixes) {
    const Patch& p = *mix.patch;
    ASSERT_LE(0, p.left);
    ASSERT_LE(p.left, p.right);
    ASSERT_LE(p.right, 1);
    ASSERT_LE(p.top, p.bottom);
    area += (p.right - p.left) * (p.bottom - p.top) / 20'000;
    const bool whole = p.left > 0 && p.right < 1 && p.top > 0 && p.bottom < 1;
    touching += whole ? 0 : 1;
    if (whole) {
      EXPECT_NEAR(p.right - p.left, p.bottom - p.top, 1e-9) << "the picture's proportions";
    }
  }
  // Of a side s centred uniformly, 1 - s / 4 of each length is expected to lie inside: s^2 (1 - s / 4)^2 with s^2
  // uniform has the mean 1/2 - 1/5 + 1/48, and (1 - s)^2 of the squares touch no edge, 1/6 of all.
  EXPECT_NEAR(area, 1.0 / 2 - 1.0 / 5 + 1.0 / 48, 0.009);
  EXPECT_NEAR(touching / 20'000.0, 5.0 / 6, 0.014);
}

}  // namespace
}  // namespace assay
