#include "my_sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include <assay/built_plugin.h>

namespace {

using Indices = std::vector<std::int64_t>;

/// Patient 0 has six pictures of class 0, patient 1 has two of class 1, patient 2 has one of class 0, three of class 1.
const Indices kGroups = {0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 2, 2};
const Indices kLabels = {0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 1, 1};

Indices epoch_of(const assay::Sampler& sampler, std::uint32_t epoch) {
  assay::Random random(1, assay::Purpose::sampler, epoch);
  return sampler.epoch({kLabels, kGroups, 2}, random);
}

/// How often each value of `of` occurs among the pictures shown.
std::map<std::int64_t, int> counts(const Indices& shown, const Indices& of) {
  std::map<std::int64_t, int> result;
  for (const std::int64_t index : shown) ++result[of.at(static_cast<std::size_t>(index))];
  return result;
}

/// The built library, made as an experiment with these keys makes it.
std::shared_ptr<assay::Sampler> plugin_with(const std::string& options) {
  return assay::built_plugin<assay::Sampler>(ASSAY_PLUGIN_FOLDER, "my_sampler", options);
}

TEST(MySampler, ShowsEveryPatientEquallyOften) {
  const auto shown = counts(epoch_of(MySampler({}), 0), kGroups);
  EXPECT_EQ(shown, (std::map<std::int64_t, int>{{0, 4}, {1, 4}, {2, 4}}));  // twelve pictures of three patients
}

TEST(MySampler, ShowsAsManyPicturesAsItIsTold) {
  const auto shown = counts(epoch_of(MySampler({.pictures = 7}), 0), kGroups);
  EXPECT_EQ(shown, (std::map<std::int64_t, int>{{0, 7}, {1, 7}, {2, 7}}));
}

TEST(MySampler, RepeatsNoPictureBeforeAllOfItsPatientWereShown) {
  const Indices shown = epoch_of(MySampler({.pictures = 6}), 0);
  for (std::int64_t picture = 0; picture < 6; ++picture) {
    EXPECT_EQ(std::count(shown.begin(), shown.end(), picture), 1) << "patient 0 has six";
  }
}

TEST(MySampler, DrawsAnotherOrderEachEpochAndTheSameAgain) {
  EXPECT_NE(epoch_of(MySampler({}), 0), epoch_of(MySampler({}), 1));
  EXPECT_EQ(epoch_of(MySampler({}), 1), epoch_of(MySampler({}), 1));
}

TEST(MySampler, ShowsTheClassesInTheSharesItStates) {
  const MySampler sampler({});
  const std::vector<double> prior = sampler.class_prior({kLabels, kGroups, 2});
  // Patients 0, 1 and 2 are of class 0 by 1, 0 and 1/4.
  EXPECT_NEAR(prior.at(0), 1.25 / 3, 1e-12);
  EXPECT_NEAR(prior.at(1), 1.75 / 3, 1e-12);
  double shown = 0;
  for (std::uint32_t epoch = 0; epoch < 3000; ++epoch) shown += counts(epoch_of(sampler, epoch), kLabels)[0];
  EXPECT_NEAR(shown / (3000 * 12), prior.at(0), 0.01);
}

TEST(MySampler, OfNobodyShowsNothing) {
  assay::Random random(1, assay::Purpose::sampler);
  EXPECT_TRUE(MySampler({}).epoch({}, random).empty());
}

TEST(MySampler, IsTheSameWhenItIsLoadedAsAPlugin) {
  const auto plugin = plugin_with("pictures = 5");
  EXPECT_EQ(epoch_of(*plugin, 2), epoch_of(MySampler({.pictures = 5}), 2));
}

}  // namespace
