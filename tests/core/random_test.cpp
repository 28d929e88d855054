#include "assay/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace assay {
namespace {

// Known answers published with Random123 1.14 (kat_vectors, philox4x32 with 10 rounds).
TEST(Philox, EqualsThePublishedKnownAnswers) {
  using Block = std::array<std::uint32_t, 4>;
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, IsAFunctionOfItsNameAlone) {
  const StreamName name{20, 3, 7, 1, 2};
  Random first(name);
  Random second(name);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(first(), second());
}

TEST(Random, DiffersInEveryPartOfItsName) {
  const StreamName base{20, 3, 7, 1, 2};
  std::vector<StreamName> names(6, base);
  names[1].seed = 21;
  names[2].epoch = 4;
  names[3].sample = 8;
  names[4].draw = 2;
  names[5].operation = 3;
  std::vector<std::uint32_t> firsts;
  for (const StreamName& name : names) firsts.push_back(Random(name)());
  std::sort(firsts.begin(), firsts.end());
  EXPECT_EQ(std::adjacent_find(firsts.begin(), firsts.end()), firsts.end());
}

TEST(Random, DrawsUniformAndNormalNumbersWithTheirMoments) {
  Random random(StreamName{1});
  constexpr int count = 100'000;
  double uniform_sum = 0;
  double normal_sum = 0;
  double normal_squares = 0;
  for (int i = 0; i < count; ++i) {
    const double u = random.uniform();
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
    uniform_sum += u;
    const double n = random.normal();
    normal_sum += n;
    normal_squares += n * n;
  }
  // Five standard errors: 5 / sqrt(12 n), 5 / sqrt(n), 5 * sqrt(2 / n).
  EXPECT_NEAR(uniform_sum / count, 0.5, 5 / std::sqrt(12.0 * count));
  EXPECT_NEAR(normal_sum / count, 0.0, 5 / std::sqrt(count));
  EXPECT_NEAR(normal_squares / count, 1.0, 5 * std::sqrt(2.0 / count));
}

TEST(Random, BelowReachesEveryNumberAboutEquallyOften) {
  Random random(StreamName{2});
  std::array<int, 7> counts{};
  for (int i = 0; i < 70'000; ++i) ++counts.at(random.below(7));
  for (const int n : counts) EXPECT_NEAR(n, 10'000, 5 * std::sqrt(10'000 * 6.0 / 7));
}

TEST(Random, ShuffleKeepsEveryItem) {
  std::vector<int> items(50);
  for (int i = 0; i < 50; ++i) items[static_cast<std::size_t>(i)] = i;
  const std::vector<int> before = items;
  Random random(StreamName{3});
  random.shuffle(std::span(items));
  EXPECT_NE(items, before);
  std::sort(items.begin(), items.end());
  EXPECT_EQ(items, before);
}

}  // namespace
}  // namespace assay
