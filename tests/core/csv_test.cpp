// CSV as RFC 4180 has it.
#include "assay/csv.h"

#include <gtest/gtest.h>

#include "assay/error.h"

namespace assay {
namespace {

using Fields = std::vector<std::string>;

std::vector<Fields> parse(std::string_view text) {
  std::vector<Fields> rows;
  for (CsvRow& row : parse_csv(text, "m.csv")) rows.push_back(std::move(row.fields));
  return rows;
}

TEST(Csv, ReadsPlainRows) { EXPECT_EQ(parse("a,b\n1,2\n"), (std::vector<Fields>{{"a", "b"}, {"1", "2"}})); }

TEST(Csv, ReadsWindowsLineEndsAByteOrderMarkAndALastLineWithoutEnd) {
  EXPECT_EQ(parse("\xEF\xBB\xBFpath,label\r\nx.png,all\r\ny.png,hem"),
            (std::vector<Fields>{{"path", "label"}, {"x.png", "all"}, {"y.png", "hem"}}));
}

TEST(Csv, KeepsCommasQuotesAndLineBreaksInQuotedFields) {
  EXPECT_EQ(parse("\"a,b\",\"say \"\"x\"\"\",\"two\nlines\"\n"),
            (std::vector<Fields>{{"a,b", "say \"x\"", "two\nlines"}}));
}

TEST(Csv, KeepsEmptyFieldsAndSkipsEmptyLines) {
  EXPECT_EQ(parse("a,,\n\n\n,b,\"\"\n"), (std::vector<Fields>{{"a", "", ""}, {"", "b", ""}}));
}

TEST(Csv, CountsLinesThroughQuotedBreaks) {
  const std::vector<CsvRow> rows = parse_csv("\"a\nb\"\nc\n", "m.csv");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].line, 1);
  EXPECT_EQ(rows[1].line, 3);
}

TEST(Csv, NamesTheLineOfAQuoteThatIsNotClosedOrOutOfPlace) {
  for (const auto& [text, line] : {std::pair{"a,b\nx,\"y\nz\n", 2}, {"a\nb\nc\"d\n", 3}, {"\"a\"b\n", 1}}) {
    try {
      parse(text);
      FAIL() << text;
    } catch (const InvalidInput& problem) {
      EXPECT_EQ(problem.problems().front().where.line, line) << problem.what();
      EXPECT_EQ(problem.problems().front().where.file, "m.csv");
    }
  }
}

TEST(Csv, WritesRowsThatReadBack) {
  const std::vector<Fields> rows = {{"", "a,b", "say \"no\""}, {"two\nlines", "", "c"}};
  EXPECT_EQ(parse(csv_line(rows[0]) + csv_line(rows[1])), rows);
}

TEST(Csv, EndsItsWholeRowsBeforeOneThatWasTorn) {
  const std::string whole = "path,note\na.png,\"one,\nfield\"\n";
  for (const std::string torn : {"", "b.png,no", "b.png,\"a quote\nthat is open", "b.png,\"\"\"\n"}) {
    EXPECT_EQ(end_of_whole_rows(whole + torn), whole.size()) << torn;
  }
}

}  // namespace
}  // namespace assay
