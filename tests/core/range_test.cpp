// Ranges as experiments write them: one number, or two ends.
#include "assay/range.h"

#include <gtest/gtest.h>

#include "assay/toml_file.h"

namespace assay {

struct LampOptions {
  Range brightness = 0.2;
  Range warmth = Ends{1, 2};
  Range tilt = 0.0;
};

void describe(Fields<LampOptions>& f) {
  f.either("brightness", &LampOptions::brightness).in(0, 10);
  f.either("warmth", &LampOptions::warmth).in(0, 10);
  f.either("tilt", &LampOptions::tilt).in(-90, 90);
}

namespace {

std::vector<Problem> problems_of(const std::string& text) {
  std::vector<Problem> problems;
  check_table(describe_fields<LampOptions>(), parse_toml(text, "x.toml"), "lamp", "", problems);
  return problems;
}

LampOptions lamp(const std::string& text) {
  std::vector<Problem> problems;
  const Node checked = check_table(describe_fields<LampOptions>(), parse_toml(text, "x.toml"), "", "", problems);
  EXPECT_TRUE(problems.empty()) << text;
  return make_options<LampOptions>(checked);
}

void expect_ends(const Ends& ends, double low, double high) {
  EXPECT_DOUBLE_EQ(ends.low, low);
  EXPECT_DOUBLE_EQ(ends.high, high);
}

TEST(Range, IsOneNumberOrTwoEnds) {
  expect_ends(around(lamp("brightness = 0.5").brightness, 1, 0), 0.5, 1.5);
  expect_ends(around(lamp("brightness = [0.5, 3]").brightness, 1, 0), 0.5, 3);
  expect_ends(exactly(lamp("").warmth), 1, 2);
  expect_ends(exactly(lamp("warmth = 2").warmth), 2, 2);
  expect_ends(to_both_sides(lamp("warmth = 2").warmth), -2, 2);
}

TEST(Range, AroundACentreNeverGoesBelowTheLowest) {
  // As torchvision's ColorJitter: brightness = 2 is [max(0, 1 - 2), 1 + 2].
  expect_ends(around(lamp("brightness = 2").brightness, 1, 0), 0, 3);
  expect_ends(around(lamp("brightness = [0, 3]").brightness, 1, 0.5), 0.5, 3);
}

TEST(Range, NeedsTwoEndsLowestFirst) {
  for (const char* ends : {"[]", "[1]", "[1, 2, 3]", "[2, 1]"}) {
    const auto problems = problems_of(std::string("brightness = ") + ends);
    ASSERT_EQ(problems.size(), 1U) << ends;
    EXPECT_TRUE(problems.front().text().starts_with("x.toml:1:14: error: lamp.brightness: [")) << problems[0].text();
    EXPECT_TRUE(problems.front().text().ends_with("is no range; give its two ends, lowest first, or one number"))
        << problems[0].text();
  }
}

TEST(Range, OfOneNumberIsNotNegative) {
  const auto problems = problems_of("tilt = -5");
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(
      problems.front().text(),
      "x.toml:1:8: error: lamp.tilt: -5 is no range; one number is at least 0, and two ends, lowest first, may be "
      "below");
  ASSERT_EQ(problems_of("tilt = -91").size(), 1U) << "told once";
  expect_ends(to_both_sides(lamp("tilt = [-5, -5]").tilt), -5, -5);
  expect_ends(to_both_sides(lamp("tilt = 5").tilt), -5, 5);
}

TEST(Range, KeepsToItsBoundsAtBothEnds) {
  EXPECT_EQ(problems_of("brightness = 11").size(), 1U);
  EXPECT_EQ(problems_of("brightness = [1, 11]").size(), 1U);
  EXPECT_EQ(problems_of("brightness = [-1, 11]").size(), 2U);
  ASSERT_EQ(problems_of("brightness = [\"dark\", 1]").size(), 1U);
}

TEST(Range, IsDrawnUniformly) {
  Random random(StreamName{.seed = 1});
  double mean = 0;
  constexpr int kDraws = 20000;
  for (int i = 0; i < kDraws; ++i) {
    const double value = Ends{2, 6}.draw(random);
    ASSERT_GE(value, 2);
    ASSERT_LT(value, 6);
    mean += value / kDraws;
  }
  EXPECT_NEAR(mean, 4, 0.04);  // five standard deviations of the mean
  EXPECT_EQ((Ends{3, 3}.draw(random)), 3);
}

}  // namespace
}  // namespace assay
