// The samplers: what an epoch holds, and in what order.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "assay/data/sampler.h"
#include "plugins/built_plugins.h"

namespace assay {
namespace {

using Indices = std::vector<std::int64_t>;

Indices epoch_of(const Sampler& sampler, const Indices& labels, std::int64_t classes, std::uint32_t epoch) {
  const Indices groups(labels.size(), 0);
  Random random(7, Purpose::sampler, epoch);
  return sampler.epoch({labels, groups, classes}, random);
}

std::map<std::int64_t, int> counts_of(const Indices& values) {
  std::map<std::int64_t, int> counts;
  for (const std::int64_t value : values) ++counts[value];
  return counts;
}

/// 70 samples of class 0, 25 of class 1, 5 of class 3, none of class 2; mixed.
Indices labels() {
  Indices all;
  for (int i = 0; i < 100; ++i) all.push_back(i % 20 == 0 ? 3 : i % 4 == 1 ? 1 : 0);
  return all;
}

TEST(RandomSampler, ShowsEverySampleOnce) {
  const auto sampler = test::make_plugin<Sampler>("random", {});
  Indices order = epoch_of(*sampler, labels(), 4, 0);
  EXPECT_FALSE(std::ranges::is_sorted(order));
  std::ranges::sort(order);
  Indices expected(100);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(order, expected);
}

TEST(RandomSampler, HasAnOrderForEachEpochThatItRepeats) {
  const auto sampler = test::make_plugin<Sampler>("random", {});
  EXPECT_NE(epoch_of(*sampler, labels(), 4, 0), epoch_of(*sampler, labels(), 4, 1));
  EXPECT_EQ(epoch_of(*sampler, labels(), 4, 1), epoch_of(*sampler, labels(), 4, 1));
}

TEST(RandomSampler, PutsEverySampleEquallyOftenInFront) {
  const auto sampler = test::make_plugin<Sampler>("random", {});
  std::map<std::int64_t, int> first;
  for (std::uint32_t epoch = 0; epoch < 5000; ++epoch) ++first[epoch_of(*sampler, Indices(5, 0), 1, epoch).front()];
  // Binomial: mean 1000, standard deviation 28; five of those either way.
  for (const auto& [index, count] : first) EXPECT_NEAR(count, 1000, 140);
  EXPECT_EQ(first.size(), 5U);
}

TEST(Oversample, ShowsEachClassAsOftenAsTheLargest) {
  const auto sampler = test::make_plugin<Sampler>("oversample", {});
  const Indices all = labels();
  Indices shown;
  for (const std::int64_t index : epoch_of(*sampler, all, 4, 0))
    shown.push_back(all.at(static_cast<std::size_t>(index)));
  EXPECT_EQ(counts_of(shown), (std::map<std::int64_t, int>{{0, 70}, {1, 70}, {3, 70}}));
}

TEST(Oversample, ShowsEverySampleAtLeastOnceAndEvenlyWithinItsClass) {
  const auto sampler = test::make_plugin<Sampler>("oversample", {});
  const Indices all = labels();
  const std::map<std::int64_t, int> counts = counts_of(epoch_of(*sampler, all, 4, 3));
  ASSERT_EQ(counts.size(), all.size());
  for (const auto& [index, count] : counts) {
    const std::int64_t label = all[static_cast<std::size_t>(index)];
    // 70 for 70 samples, 70 for 25, 70 for 5.
    const int least = label == 0 ? 1 : label == 1 ? 2 : 14;
    const int most = label == 0 ? 1 : label == 1 ? 3 : 14;
    EXPECT_GE(count, least);
    EXPECT_LE(count, most);
  }
}

TEST(Oversample, DrawsTheExtraOnesAnewEachEpochAndMixesTheClasses) {
  const auto sampler = test::make_plugin<Sampler>("oversample", {});
  const Indices all = labels();
  EXPECT_NE(counts_of(epoch_of(*sampler, all, 4, 0)), counts_of(epoch_of(*sampler, all, 4, 1)));
  EXPECT_EQ(epoch_of(*sampler, all, 4, 1), epoch_of(*sampler, all, 4, 1));
  const Indices order = epoch_of(*sampler, all, 4, 0);
  int changes = 0;
  for (std::size_t i = 1; i < order.size(); ++i) {
    changes += all[static_cast<std::size_t>(order[i])] != all[static_cast<std::size_t>(order[i - 1])] ? 1 : 0;
  }
  EXPECT_GT(changes, 100);  // two thirds of 209 neighbours are expected to differ
}

TEST(Samplers, OfNobodyShowNothing) {
  EXPECT_TRUE(epoch_of(*test::make_plugin<Sampler>("random", {}), {}, 2, 0).empty());
  EXPECT_TRUE(epoch_of(*test::make_plugin<Sampler>("oversample", {}), {}, 2, 0).empty());
}

}  // namespace
}  // namespace assay
