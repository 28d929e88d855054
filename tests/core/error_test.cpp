#include "assay/error.h"

#include <gtest/gtest.h>

namespace assay {
namespace {

TEST(Problem, AtAPlaceIsOneLineThatATerminalCanShow) {
  const InvalidInput error(Location{"a\x1b[2J.csv", 3, 1}, "b\nerror: c.png is listed a second time");
  EXPECT_STREQ(error.what(), "a\\x1b[2J.csv:3:1: error: b\\nerror: c.png is listed a second time");
}

TEST(Problem, WithoutAPlaceKeepsItsLinesAndNothingElse) {
  const InvalidInput error("a\x1b[2J is missing:\n\n  get it\r\n");
  EXPECT_STREQ(error.what(), "error: a\\x1b[2J is missing:\n\n  get it\\r\n");
}

TEST(Problem, LeavesWhatIsPrintableAlready) {
  const InvalidInput error(Location{"x.csv", 2, 1}, "'a\\nb' (ä) is no group");
  EXPECT_STREQ(error.what(), "x.csv:2:1: error: 'a\\nb' (ä) is no group");
}

}  // namespace
}  // namespace assay
