// How many threads there are where a machine, a scheduler or a container allows only so much.
#include "assay/thread_counts.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <thread>

#include "data/temporary_folder.h"

namespace assay {
namespace {

using test::TemporaryFolder;

std::int64_t processors() { return std::max(1U, std::thread::hardware_concurrency()); }

/// Runs with one processor of those that the test may use, and gives them back.
class OnOneProcessor {
 public:
  OnOneProcessor() {
    sched_getaffinity(0, sizeof(before_), &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    int first = 0;
    while (!CPU_ISSET(first, &before_)) ++first;
    CPU_SET(first, &one);
    sched_setaffinity(0, sizeof(one), &one);
  }
  ~OnOneProcessor() { sched_setaffinity(0, sizeof(before_), &before_); }

 private:
  cpu_set_t before_;
};

TEST(ThreadCounts, AreWhatIsAskedFor) {
  EXPECT_EQ(loader_threads(7), 7);
  EXPECT_EQ(compute_threads(7), 7);
}

TEST(ThreadCounts, AreTheUsableProcessorsWhereNothingIsAskedFor) {
  EXPECT_EQ(loader_threads(0), usable_processors());
  EXPECT_EQ(compute_threads(0), usable_processors());
  EXPECT_GE(usable_processors(), 1);
  EXPECT_LE(usable_processors(), processors());
}

TEST(ThreadCounts, FollowTheAffinityMask) {
  const OnOneProcessor one;
  EXPECT_EQ(usable_processors(), 1);
}

TEST(ThreadCounts, FollowAQuotaOfVersion2OfThisGroupOrOneAbove) {
  const TemporaryFolder system;
  system.write("proc/self/cgroup", "0::/batch/job\n");
  system.write("sys/fs/cgroup/batch/job/cpu.max", "max 100000\n");
  EXPECT_EQ(usable_processors(system.path()), processors());
  system.write("sys/fs/cgroup/batch/cpu.max", "50000 100000\n");
  EXPECT_EQ(usable_processors(system.path()), 1);
}

TEST(ThreadCounts, FindAContainersOwnGroupAtTheRoot) {
  const TemporaryFolder system;
  system.write("proc/self/cgroup", "0::/docker/0123\n");
  system.write("sys/fs/cgroup/cpu.max", "100000 100000\n");
  EXPECT_EQ(usable_processors(system.path()), 1);
}

TEST(ThreadCounts, FollowAQuotaOfVersion1) {
  const TemporaryFolder system;
  system.write("proc/self/cgroup", "9:memory:/other\n4:cpu,cpuacct:/job\n");
  system.write("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
  system.write("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "-1\n");
  EXPECT_EQ(usable_processors(system.path()), processors());
  system.write("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "20000\n");
  EXPECT_EQ(usable_processors(system.path()), 1);
}

TEST(ThreadCounts, CountAPartOfAProcessorAsOne) {
  if (processors() < 2) GTEST_SKIP() << "needs two processors";
  const TemporaryFolder system;
  system.write("proc/self/cgroup", "0::/\n");
  system.write("sys/fs/cgroup/cpu.max", "150000 100000\n");
  EXPECT_EQ(usable_processors(system.path()), 2);
}

TEST(ThreadCounts, TakeNothingFromFilesThatAreNotWhatTheyShouldBe) {
  const TemporaryFolder system;
  system.write("proc/self/cgroup", "no colon\n0:\n0::/../..\n");
  system.write("sys/fs/cgroup/cpu.max", "0 0\n");
  EXPECT_EQ(usable_processors(system.path()), processors());
}

}  // namespace
}  // namespace assay
