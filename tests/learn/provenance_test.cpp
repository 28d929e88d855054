#include "provenance.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "device.h"
#include "git_state.h"
#include "number_text.h"
#include "tiny_training.h"

namespace assay {
namespace {

TEST(Provenance, SaysInWhatAMachineDiffers) {
  const Machine before{2, "cpu", "AMD EPYC", "2.13.0"};
  EXPECT_EQ(inexact_because(before, before), "");
  Machine now = before;
  now.compute_threads = 1;
  EXPECT_EQ(inexact_because(before, now), "1 compute thread instead of 2 compute threads");
  now.torch = "2.14.0";
  EXPECT_EQ(inexact_because(before, now),
            "1 compute thread instead of 2 compute threads, torch 2.14.0 instead of torch 2.13.0");
}

TEST(Provenance, KnowsHowMuchMemoryWasUsed) { EXPECT_GT(peak_memory(), 1e6); }

TEST(GitState, KnowsTheCommitAndWhetherFilesChanged) {
  const testing::TemporaryFolder folder;
  EXPECT_EQ(git_state(folder.path()).commit, "");
  const std::string git = "git -C " + folder.path().string() + " -c user.name=a -c user.email=a@b ";
  ASSERT_EQ(std::system((git + "init -q && echo 1 > " + (folder.path() / "f").string() + " && " + git + "add f && " +
                         git + "commit -qm first")
                            .c_str()),
            0);
  const GitState clean = git_state(folder.path());
  EXPECT_EQ(clean.commit.size(), 40U);
  EXPECT_FALSE(clean.dirty);
  ASSERT_EQ(std::system(("echo 2 > " + (folder.path() / "f").string()).c_str()), 0);
  EXPECT_TRUE(git_state(folder.path()).dirty);
}

TEST(Device, SaysWhyCudaCantBeUsed) {
  Console console;
  EXPECT_TRUE(choose_device("cpu", console).is_cpu());
  if (choose_device("auto", console).is_cuda()) GTEST_SKIP() << "there is a card here";
  EXPECT_THROW(choose_device("cuda", console), InvalidInput);
  EXPECT_EQ(describe_device(c10::Device(c10::kCPU), 1).substr(0, 5), "cpu: ");
}

TEST(NumberText, GroupsDigitsAndNamesWhatIsNoNumber) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1204), "1,204");
  EXPECT_EQ(count_text(-1234567), "-1,234,567");
  EXPECT_EQ(decimal_text(0.41249, 3), "0.412");
  EXPECT_EQ(decimal_text(std::nan(""), 3), "nan");
}

}  // namespace
}  // namespace assay
