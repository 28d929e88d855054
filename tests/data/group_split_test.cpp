// Drawing splits of whole groups: shares, classes, and what they may depend on.
#include "group_split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

#include "assay/error.h"

namespace assay::data {
namespace {

const std::vector<std::string> kClasses{"healthy", "malignant"};
const std::vector<Split> kAllSplits{Split::train, Split::validation, Split::test};

GroupContents group(int number, std::int64_t healthy, std::int64_t malignant) {
  GroupContents made{"patient " + std::to_string(number), {}, {healthy, malignant}};
  for (std::int64_t i = 0; i < healthy + malignant; ++i) {
    made.hashes.push_back(std::to_string(number) + "-" + std::to_string(i));
  }
  return made;
}

std::vector<GroupContents> patients(int count, std::int64_t healthy, std::int64_t malignant) {
  std::vector<GroupContents> groups;
  for (int i = 0; i < count; ++i) groups.push_back(group(i, healthy, malignant));
  return groups;
}

/// Share of a class's images in a split.
double share(const std::vector<GroupContents>& groups, const std::vector<Split>& splits, Split split, std::size_t k) {
  double inside = 0;
  double all = 0;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    all += static_cast<double>(groups[i].images[k]);
    if (splits[i] == split) inside += static_cast<double>(groups[i].images[k]);
  }
  return inside / all;
}

TEST(GroupSplit, GivesEachSplitItsShareOfEachClass) {
  std::mt19937 random(3);
  std::vector<GroupContents> groups;
  for (int i = 0; i < 100; ++i) groups.push_back(group(i, random() % 30, random() % 60));
  for (std::int64_t seed = 0; seed < 20; ++seed) {
    const std::vector<Split> splits = split_by_group(groups, kClasses, {0.2, 0.1, seed}, kAllSplits);
    for (const std::size_t k : {0U, 1U}) {
      EXPECT_NEAR(share(groups, splits, Split::train, k), 0.7, 0.02);
      EXPECT_NEAR(share(groups, splits, Split::validation, k), 0.2, 0.02);
      EXPECT_NEAR(share(groups, splits, Split::test, k), 0.1, 0.02);
    }
  }
}

TEST(GroupSplit, KeepsPatientsOfOneClassInBalance) {
  std::vector<GroupContents> groups = patients(20, 10, 0);
  for (int i = 100; i < 140; ++i) groups.push_back(group(i, 0, 10));
  const std::vector<Split> splits = split_by_group(groups, kClasses, {0.15, 0.15, 0}, kAllSplits);
  for (const std::size_t k : {0U, 1U}) {
    EXPECT_NEAR(share(groups, splits, Split::validation, k), 0.15, 1e-9);
    EXPECT_NEAR(share(groups, splits, Split::test, k), 0.15, 1e-9);
  }
}

TEST(GroupSplit, DependsOnTheSeed) {
  const auto groups = patients(30, 5, 5);
  std::vector<std::vector<Split>> different;
  for (std::int64_t seed = 0; seed < 5; ++seed)
    different.push_back(split_by_group(groups, kClasses, {0.15, 0.15, seed}, kAllSplits));
  std::ranges::sort(different);
  EXPECT_EQ(std::ranges::unique(different).size(), 0U);
}

TEST(GroupSplit, DependsOnNeitherNamesNorOrder) {
  std::vector<GroupContents> groups;
  for (int i = 0; i < 30; ++i) groups.push_back(group(i, 3 + i % 4, 8 - i % 3));
  const std::vector<Split> splits = split_by_group(groups, kClasses, {0.15, 0.15, 4}, kAllSplits);
  std::vector<GroupContents> reversed(groups.rbegin(), groups.rend());
  for (std::size_t i = 0; i < reversed.size(); ++i) reversed[i].name = "renamed " + std::to_string(i);
  std::vector<Split> again = split_by_group(reversed, kClasses, {0.15, 0.15, 4}, kAllSplits);
  std::ranges::reverse(again);
  EXPECT_EQ(splits, again);
}

TEST(GroupSplit, GivesEveryGroupAFairChanceOfEachSplit) {
  const auto groups = patients(20, 5, 5);
  std::array<int, 20> in_test{};
  constexpr int kSeeds = 400;
  for (std::int64_t seed = 0; seed < kSeeds; ++seed) {
    const std::vector<Split> splits = split_by_group(groups, kClasses, {0.15, 0.15, seed}, kAllSplits);
    for (std::size_t i = 0; i < groups.size(); ++i) in_test[i] += splits[i] == Split::test ? 1 : 0;
  }
  // Binomial with p = 0.15: mean 60, standard deviation 7.1; five of those either way.
  for (const int count : in_test) EXPECT_NEAR(count, 60, 36);
}

TEST(GroupSplit, PutsAHugeGroupIntoTrain) {
  auto groups = patients(12, 10, 10);
  groups.push_back(group(99, 100, 100));
  for (std::int64_t seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(split_by_group(groups, kClasses, {0.15, 0.15, seed}, kAllSplits).back(), Split::train);
  }
}

TEST(GroupSplit, GivesEverySplitEveryClassWhereThreeGroupsHaveIt) {
  auto groups = patients(30, 0, 10);
  for (int i = 100; i < 103; ++i) groups.push_back(group(i, i - 99, 0));
  for (std::int64_t seed = 0; seed < 50; ++seed) {
    const std::vector<Split> splits = split_by_group(groups, kClasses, {0.15, 0.15, seed}, kAllSplits);
    for (const Split split : {Split::train, Split::validation, Split::test}) {
      EXPECT_GT(share(groups, splits, split, 0), 0) << split_name(split) << ", seed " << seed;
    }
  }
}

TEST(GroupSplit, RefusesAClassOfTwoGroupsAndSaysWhatToDo) {
  auto groups = patients(10, 0, 10);
  groups.push_back(group(100, 5, 0));
  groups.push_back(group(101, 5, 0));
  try {
    split_by_group(groups, kClasses, {0.15, 0.15, 0}, kAllSplits);
    FAIL() << "a class of two groups was split in three";
  } catch (const InvalidInput& problem) {
    const std::string text = problem.what();
    EXPECT_NE(text.find("class 'healthy'"), std::string::npos) << text;
    EXPECT_NE(text.find("2 groups (patient 100, patient 101)"), std::string::npos) << text;
  }
}

TEST(GroupSplit, RefusesSharesThatLeaveASplitEmpty) {
  const auto groups = patients(10, 5, 5);
  EXPECT_THROW(split_by_group(groups, kClasses, {0, 0.15, 0}, kAllSplits), InvalidInput);
  EXPECT_THROW(split_by_group(groups, kClasses, {0.15, 0, 0}, kAllSplits), InvalidInput);
  EXPECT_THROW(split_by_group(groups, kClasses, {0.5, 0.5, 0}, kAllSplits), InvalidInput);
}

}  // namespace
}  // namespace assay::data
