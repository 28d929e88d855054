// Names as messages show them.
#include "assay/printable.h"

#include <gtest/gtest.h>

namespace assay {
namespace {

TEST(Printable, LeavesOrdinaryNamesAlone) {
  EXPECT_EQ(printable("all/UID_H2 (copy)_\\1.bmp"), "all/UID_H2 (copy)_\\1.bmp");
  EXPECT_EQ(printable("zelle_\xC3\xA4\xE7\xB4\xB0\xF0\x9F\x94\xAC.png"),
            "zelle_\xC3\xA4\xE7\xB4\xB0\xF0\x9F\x94\xAC.png");
}

TEST(Printable, KeepsANameOnOneLine) {
  EXPECT_EQ(printable("two\nlines\r\tand a tab"), "two\\nlines\\r\\tand a tab");
  EXPECT_EQ(printable("a\xE2\x80\xA8z"), "a\\xe2\\x80\\xa8z");  // U+2028, line separator
}

TEST(Printable, DisarmsWhatATerminalWouldObey) {
  EXPECT_EQ(printable("\x1B[2Jgone\x7F"), "\\x1b[2Jgone\\x7f");
  EXPECT_EQ(printable("\xC2\x9B"
                      "2J"),
            "\\xc2\\x9b2J");                                                      // U+009B, the same in one character
  EXPECT_EQ(printable("cell\xE2\x80\xAEgnp.exe"), "cell\\xe2\\x80\\xaegnp.exe");  // U+202E, right to left
}

// The examples of RFC 3629, section 10, and of truncation.
TEST(Printable, ShowsBytesThatAreNoUtf8) {
  EXPECT_EQ(printable("\xC0\x80"), "\\xc0\\x80");
  EXPECT_EQ(printable("\xED\xA0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(printable("\xF4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
  EXPECT_EQ(printable("\xE7\xB4"), "\\xe7\\xb4");
  EXPECT_EQ(printable("\xFFx"), "\\xffx");
}

}  // namespace
}  // namespace assay
