#include "assay/interrupt.h"

#include <gtest/gtest.h>

#include <csignal>

#include "assay/error.h"

namespace assay {
namespace {

TEST(Interrupt, TheFirstSignalAsksToStop) {
  const InterruptScope scope;
  EXPECT_NO_THROW(throw_if_interrupted());
  std::raise(SIGTERM);
  EXPECT_EQ(interrupt_requested(), SIGTERM);
  try {
    throw_if_interrupted();
    FAIL() << "nothing was thrown";
  } catch (const Interrupted& interrupted) {
    EXPECT_EQ(interrupted.signal_number, SIGTERM);
  }
}

TEST(Interrupt, TheSecondSignalEndsTheProcess) {
  const auto twice = [](int signal_number) {
    const InterruptScope scope;
    std::raise(signal_number);
    std::raise(signal_number);
  };
  EXPECT_EXIT(twice(SIGINT), testing::ExitedWithCode(130), "");
  EXPECT_EXIT(twice(SIGTERM), testing::ExitedWithCode(143), "");
}

}  // namespace
}  // namespace assay
