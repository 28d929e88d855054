#include "assay/fields.h"

#include <gtest/gtest.h>

#include "assay/toml_file.h"

namespace assay {

struct PaintOptions {
  static constexpr const char* name = "paint";
  double thickness = 1.0;
};
struct PaperOptions {
  static constexpr const char* name = "paper";
  bool glossy = false;
};
struct WallOptions {
  double low = 0.5;
  double high = 1.0;
  std::int64_t count = 3;
  std::string colour = "white";
  std::optional<std::int64_t> limit;
  std::vector<std::int64_t> sizes = {1, 2};
  std::variant<double, std::string> level = "auto";
  std::variant<PaintOptions, PaperOptions> cover;
};

void describe(Fields<PaintOptions>& f) { f.number("thickness", &PaintOptions::thickness).above(0); }
void describe(Fields<PaperOptions>& f) { f.boolean("glossy", &PaperOptions::glossy); }
void describe(Fields<WallOptions>& f) {
  f.number("low", &WallOptions::low).in(0, 1).not_above("high");
  f.number("high", &WallOptions::high).in(0, 1);
  f.integer("count", &WallOptions::count).at_least(1).unit("m");
  f.text("colour", &WallOptions::colour).words({"white", "green"});
  f.integer("limit", &WallOptions::limit);
  f.integers("sizes", &WallOptions::sizes).at_least(1);
  f.either("level", &WallOptions::level).in(0, 1).words({"auto"}).word_with_share("sensitivity");
  f.choice("cover", &WallOptions::cover);
}

struct TableOptions {
  double width = 2;
  double length = 3;
  std::optional<double> diameter;
};

void describe(Fields<TableOptions>& f) {
  f.number("width", &TableOptions::width);
  f.number("length", &TableOptions::length);
  f.number("diameter", &TableOptions::diameter).excludes({"width", "length"});
}

namespace {

struct Outcome {
  Node checked;
  std::vector<Problem> problems;
};

Outcome check(const std::string& text) {
  Outcome outcome;
  outcome.checked =
      check_table(describe_fields<WallOptions>(), parse_toml(text, "x.toml"), "wall", "", outcome.problems);
  return outcome;
}

std::string only_problem(const std::string& text) {
  const Outcome outcome = check(text);
  EXPECT_EQ(outcome.problems.size(), 1U) << text;
  return outcome.problems.empty() ? "" : outcome.problems.front().text();
}

TEST(Fields, GiveTheDefaultsOfTheStruct) {
  const Outcome outcome = check("");
  EXPECT_TRUE(outcome.problems.empty());
  const auto wall = make_options<WallOptions>(outcome.checked);
  EXPECT_EQ(wall.low, 0.5);
  EXPECT_EQ(wall.colour, "white");
  EXPECT_FALSE(wall.limit.has_value());
  EXPECT_EQ(wall.sizes, (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(std::get<std::string>(wall.level), "auto");
  EXPECT_EQ(std::get<PaintOptions>(wall.cover).thickness, 1.0);
  EXPECT_EQ(outcome.checked.find("limit"), nullptr);
}

TEST(Fields, ThatAnotherOneExcludesAreRefusedBesideIt) {
  const auto checked = [](const std::string& text, std::vector<Problem>& problems) {
    return check_table(describe_fields<TableOptions>(), parse_toml(text, "x.toml"), "table", "", problems);
  };
  std::vector<Problem> problems;
  checked("diameter = 1\nlength = 3\n", problems);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems.front().text(),
            "x.toml:2:10: error: table.length: means nothing beside diameter; give one of them");
  problems.clear();
  const Node round = checked("diameter = 1", problems);
  EXPECT_EQ(round.find("width"), nullptr) << "a default that would be refused when what is stored is read again";
  checked(write_toml(round), problems);
  EXPECT_EQ(*checked("length = 4", problems).find("width"), (Node{2.0, {}}));
  EXPECT_TRUE(problems.empty());
}

TEST(Fields, AssignWhatIsGiven) {
  const Outcome outcome =
      check("low = 0\ncount = 7\nlimit = 4\nsizes = [5]\nlevel = 0.25\ncover = { name = \"paper\", glossy = true }");
  EXPECT_TRUE(outcome.problems.empty());
  const auto wall = make_options<WallOptions>(outcome.checked);
  EXPECT_EQ(wall.low, 0.0);
  EXPECT_EQ(wall.count, 7);
  EXPECT_EQ(wall.limit, 4);
  EXPECT_EQ(wall.sizes, (std::vector<std::int64_t>{5}));
  EXPECT_EQ(std::get<double>(wall.level), 0.25);
  EXPECT_TRUE(std::get<PaperOptions>(wall.cover).glossy);
}

TEST(Fields, StoreAWholeNumberAsANumberWhereOneIsMeant) {
  EXPECT_EQ(*check("low = 0").checked.find("low"), (Node{0.0, {}}));
}

TEST(Fields, ReportEveryMistakeAtOnceWithItsPlace) {
  const Outcome outcome = check("cuont = 1\ncount = 0\ncolour = \"gren\"\nlow = \"a\"\n");
  ASSERT_EQ(outcome.problems.size(), 4U);
  std::string all;
  for (const Problem& problem : outcome.problems) all += problem.text() + "\n";
  EXPECT_NE(all.find("x.toml:1:1: error: wall.cuont: unknown key; did you mean 'count'?"), std::string::npos) << all;
  EXPECT_NE(all.find("x.toml:2:9: error: wall.count: 0 is out of range; it must be at least 1 m"), std::string::npos)
      << all;
  EXPECT_NE(all.find("x.toml:3:10: error: wall.colour: \"gren\" is not \"white\" or \"green\"; did you mean 'green'?"),
            std::string::npos)
      << all;
  EXPECT_NE(all.find("x.toml:4:7: error: wall.low: expected a number, not a text (\"a\")"), std::string::npos) << all;
}

TEST(Fields, RefuseALowAboveAHigh) {
  EXPECT_EQ(only_problem("low = 0.9\nhigh = 0.8"), "x.toml:1:7: error: wall.low: 0.9 is above high, which is 0.8");
}

TEST(Fields, RefuseNumbersThatAreNotFinite) {
  EXPECT_NE(only_problem("low = nan").find("out of range"), std::string::npos);
}

TEST(Fields, CheckTheElementsOfAList) {
  EXPECT_NE(only_problem("sizes = [1, 0]").find("wall.sizes[1]: 0 is out of range"), std::string::npos);
  EXPECT_NE(only_problem("sizes = [1.5]").find("expected a whole number"), std::string::npos);
}

TEST(Fields, TakeAWordWithAShareOnlyInItsRange) {
  EXPECT_TRUE(check("level = \"sensitivity=0.95\"").problems.empty());
  EXPECT_FALSE(check("level = \"sensitivity=1.5\"").problems.empty());
  EXPECT_FALSE(check("level = \"sensitivity\"").problems.empty());
}

TEST(Fields, TellWhichChoicesThereAre) {
  EXPECT_EQ(
      only_problem("cover = { name = \"papr\" }"),
      "x.toml:1:18: error: wall.cover.name: there is no 'papr'; there are paint and paper; did you mean 'paper'?");
  EXPECT_NE(only_problem("cover = { glossy = true }").find("wall.cover.name is missing"), std::string::npos);
  EXPECT_NE(only_problem("cover = { name = \"paper\", thickness = 1 }").find("unknown key"), std::string::npos);
}

}  // namespace
}  // namespace assay
