#include "assay/toml_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace assay {
namespace {

std::string message_of(const std::string& text) {
  try {
    parse_toml(text, "x.toml");
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "";
}

TEST(Toml, KeepsThePlaceOfKeysAndValues) {
  const Node node = parse_toml("a = 1\n[training]\n  epochs = 20\n", "x.toml");
  const Node::Entry& entry = node.find("training")->table().front();
  EXPECT_EQ(entry.where.text(), "x.toml:3:3");
  EXPECT_EQ(entry.node.where.text(), "x.toml:3:12");
}

TEST(Toml, KeepsTheOrderOfTheFile) {
  const Node node = parse_toml("b = 1\na = 2\n", "x.toml");
  EXPECT_EQ(node.table()[0].key, "b");
  EXPECT_EQ(node.table()[1].key, "a");
}

TEST(Toml, SaysWhereAFileIsMalformed) {
  EXPECT_TRUE(message_of("a = 1\nb = = 2\n").starts_with("x.toml:2:5: error: "));
}

TEST(Toml, RefusesDatesWithTheirPlace) {
  EXPECT_NE(message_of("a = 2024-01-01").find("x.toml:1:5"), std::string::npos);
}

// toml++ 3.3 overflows the stack on this input.
TEST(Toml, RefusesDeepNestingInsteadOfCrashing) {
  std::string dotted = "a";
  for (int i = 0; i < 100'000; ++i) dotted += ".a";
  EXPECT_NE(message_of(dotted + " = 1").find("nested deeper than 64 levels"), std::string::npos);
  EXPECT_NE(message_of("x = 1\na = " + std::string(70, '[')).find("x.toml:2"), std::string::npos);
}

TEST(Toml, CountsNoDotsInTextsAndComments) {
  const std::string dots(200, '.');
  EXPECT_EQ(message_of("a = \"" + dots + "\" # " + dots + "\nb = '" + dots + "'\nc = \"\"\"" + dots + "\n" + dots +
                       "\"\"\"\n"),
            "");
}

TEST(Toml, RefusesWhatIsMissingHugeOrNoFile) {
  const std::filesystem::path folder = testing::TempDir();
  EXPECT_THROW(read_toml(folder / "missing.toml"), InvalidInput);
  EXPECT_THROW(read_toml(folder), InvalidInput);
  std::ofstream(folder / "huge.toml") << std::string(1'000'001, '#');
  EXPECT_THROW(read_toml(folder / "huge.toml"), InvalidInput);
}

TEST(Toml, AnEmptyFileIsAnEmptyTable) {
  const auto file = std::filesystem::path(testing::TempDir()) / "empty.toml";
  std::ofstream(file).close();
  EXPECT_TRUE(read_toml(file).table().empty());
}

TEST(Toml, ReadsBackWhatItWrites) {
  const Node node = parse_toml(
      "a = 1\nb = 0.001\nc = \"q\\\"\\n\\u0001\\\\\"\nd = [1, 2]\ne = true\n[f]\ng = 'x'\n[[h]]\ni = 1e-8\n[[h]]\n\"j "
      "k\" = [[1], [2.5]]\n",
      "x.toml");
  EXPECT_EQ(parse_toml(write_toml(node), "y.toml"), node);
}

TEST(Node, FlattensIntoDottedTypedParameters) {
  const Node node = parse_toml("[a]\nb = 1\nc = [1, 2]\n[[d]]\nid = \"crop\"\nx = 0.5\n", "x.toml");
  const auto flat = flatten(node);
  ASSERT_EQ(flat.size(), 4U);
  EXPECT_EQ(flat[0], (std::pair<std::string, Scalar>("a.b", std::int64_t{1})));
  EXPECT_EQ(flat[1], (std::pair<std::string, Scalar>("a.c", std::string("[1, 2]"))));
  EXPECT_EQ(flat[2].first, "d.crop.id");
  EXPECT_EQ(flat[3], (std::pair<std::string, Scalar>("d.crop.x", 0.5)));
}

}  // namespace
}  // namespace assay
