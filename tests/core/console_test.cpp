#include "assay/console.h"

#include <gtest/gtest.h>

namespace assay {
namespace {

TEST(Console, WritesDurationsForPeople) {
  using std::chrono::seconds;
  EXPECT_EQ(duration_text(seconds(3)), "3 s");
  EXPECT_EQ(duration_text(seconds(123)), "2:03");
  EXPECT_EQ(duration_text(seconds(3723)), "1:02:03");
}

TEST(Console, WritesBytesForPeople) {
  EXPECT_EQ(bytes_text(999), "999 B");
  EXPECT_EQ(bytes_text(3'400'000), "3.4 MB");
  EXPECT_EQ(bytes_text(250e9), "250 GB");
}

// The test's standard error is captured into a file: no terminal, so progress is a line at most every ten seconds.
TEST(Console, OffATerminalProgressIsRare) {
  testing::internal::CaptureStderr();
  {
    Console console;
    for (int i = 0; i < 100; ++i) console.progress("epoch 1");
    console.say("done");
    console.warn("careful");
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "done\nwarning: careful\n");
}

}  // namespace
}  // namespace assay
