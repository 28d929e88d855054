// Groups by rule, and natural order.
#include "grouping.h"

#include <gtest/gtest.h>

namespace assay::data {
namespace {

FoundImages found(const std::vector<std::string>& names) {
  FoundImages all;
  for (const std::string& name : names) {
    FoundImage image;
    image.path = name;
    image.name = name;
    image.class_name = "class";
    all.images.push_back(image);
  }
  return all;
}

std::vector<std::string> groups(FoundImages images, const std::optional<GroupOptions>& rule) {
  assign_groups(images, rule, "dataset.group");
  std::vector<std::string> names;
  for (const FoundImage& image : images.images) names.push_back(image.group);
  return names;
}

GroupOptions pattern(const std::string& text) { return {text, {}, {}, {}}; }
GroupOptions folder(std::int64_t number) { return {{}, {}, number, {}}; }
GroupOptions block(std::int64_t size) { return {{}, {}, {}, size}; }

std::string message(const std::function<void()>& body) {
  try {
    body();
  } catch (const InvalidInput& problem) {
    return problem.what();
  }
  return "nothing was thrown";
}

TEST(GroupByPattern, IgnoresCaseAndNamesGroupsInCapitals) {
  EXPECT_EQ(groups(found({"hem/UID_H3_1_1_hem.bmp", "hem/uid_h3_2_1_hem.bmp", "all/UID_11_1_2_all.bmp"}),
                   pattern(R"(UID_(H?\d+)_)")),
            (std::vector<std::string>{"H3", "H3", "11"}));
}

TEST(GroupByPattern, SeesTheFolders) {
  EXPECT_EQ(groups(found({"p7/a.png", "p8/a.png"}), pattern(R"(^p(\d+)/)")), (std::vector<std::string>{"7", "8"}));
}

TEST(GroupByPattern, TakesTheCaptureThatMatchedOrTheWholeMatch) {
  EXPECT_EQ(groups(found({"a12.png", "b3.png"}), pattern(R"(a(\d+)|b(\d+))")), (std::vector<std::string>{"12", "3"}));
  EXPECT_EQ(groups(found({"x/pat12.png"}), pattern(R"(pat\d+)")), (std::vector<std::string>{"PAT12"}));
}

TEST(GroupByPattern, ListsImagesWithoutAMatch) {
  const std::string text = message([] { groups(found({"UID_1_.bmp", "other.bmp"}), pattern(R"(UID_(\d+)_)")); });
  EXPECT_NE(text.find("1 image: other.bmp"), std::string::npos) << text;
}

TEST(GroupByPattern, SaysWhenThePatternIsNone) {
  const std::string text = message([] { groups(found({"a.bmp"}), pattern("UID_(")); });
  EXPECT_NE(text.find("dataset.group.pattern: 'UID_(' is no regular expression"), std::string::npos) << text;
}

TEST(GroupByPattern, RefusesATextTooLongToBeSearchedWithItsPlace) {
  FoundImages images = found({"a.png"});
  images.images[0].where = {"cells.csv", 7, 1};
  images.images[0].group_text = "UID_3" + std::string(4091, 'x');  // 4,096 bytes
  EXPECT_EQ(groups(images, pattern(".*UID_([0-9]+).*")), (std::vector<std::string>{"3"}));
  images.images[0].group_text = "UID_3" + std::string(400'000, 'x');
  EXPECT_EQ(
      message([&] { groups(images, pattern(".*UID_([0-9]+).*")); }),
      "cells.csv:7:1: error: the text in which dataset.group.pattern looks for the group has 400005 bytes; it may "
      "have 4096");
}

TEST(Identity, IsWithoutCaseAndBlanks) {
  for (const char* spelling : {"P0", "p0", "p0 ", "\tp0\r", "\xC2\xA0 P0\xC2\xA0"})
    EXPECT_EQ(identity_of(spelling), "P0");
  EXPECT_EQ(identity_of(" \xC2\xA0 "), "");
  EXPECT_EQ(identity_of("anna b"), "ANNA B");
  EXPECT_EQ(identity_of("m\xC3\xBCller"), "M\xC3\xBCLLER");  // a capital U with dots depends on the language
  EXPECT_NE(identity_of("P0"), identity_of("P00"));
}

TEST(GroupByFolder, CountsFoldersFromOne) {
  EXPECT_EQ(groups(found({"site/p1/a.png", "site/p2/a.png"}), folder(2)), (std::vector<std::string>{"p1", "p2"}));
  EXPECT_NE(message([] { groups(found({"site/a.png"}), folder(2)); }).find("site/a.png"), std::string::npos);
}

TEST(GroupByBlock, TakesNeighboursInTheOrderOfNumbersWithinAFolder) {
  EXPECT_EQ(groups(found({"a/1.png", "a/10.png", "a/2.png", "a/9.png", "b/3.png"}), block(2)),
            (std::vector<std::string>{"a/block 1", "a/block 2", "a/block 1", "a/block 2", "b/block 1"}));
}

TEST(NoGroupRule, MakesEveryImageItsOwnGroupAndSaysWhatThatRisks) {
  FoundImages images = found({"a.png", "b.png"});
  assign_groups(images, std::nullopt, "dataset.group");
  EXPECT_NE(images.images[0].group, images.images[1].group);
  ASSERT_EQ(images.warnings_of_splits.size(), 1U);
  EXPECT_NE(images.warnings_of_splits[0].find("patient"), std::string::npos);
}

TEST(NaturalOrder, ComparesRunsOfDigitsAsNumbers) {
  EXPECT_TRUE(natural_less("img9", "img10"));
  EXPECT_FALSE(natural_less("img10", "img9"));
  EXPECT_TRUE(natural_less("img009", "img10"));
  EXPECT_TRUE(natural_less("a2b3", "a2b12"));
  EXPECT_TRUE(natural_less("a", "a1"));
  EXPECT_FALSE(natural_less("a1", "a1"));
  EXPECT_NE(natural_less("a01", "a1"), natural_less("a1", "a01"));
  EXPECT_TRUE(natural_less("99999999999999999999998", "99999999999999999999999"));
}

}  // namespace
}  // namespace assay::data
