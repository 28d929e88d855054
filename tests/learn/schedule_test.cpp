#include "schedule.h"

#include <gtest/gtest.h>

namespace assay {
namespace {

double share(const Schedule& schedule, std::int64_t epoch, std::int64_t step, std::int64_t steps = 4) {
  return schedule.share({epoch, step, steps});
}

TEST(Schedule, RisesLinearlyDuringTheWarmUpAndReachesOne) {
  const Schedule schedule(ConstantScheduleOptions{2.0}, 10);
  EXPECT_DOUBLE_EQ(share(schedule, 0, 0), 0.125);
  EXPECT_DOUBLE_EQ(share(schedule, 1, 0), 0.625);
  EXPECT_DOUBLE_EQ(share(schedule, 1, 3), 1.0);
  EXPECT_DOUBLE_EQ(share(schedule, 7, 1), 1.0);
}

TEST(Schedule, FollowsTheCosineFromOneToTheFinalShare) {
  const Schedule schedule(CosineScheduleOptions{0.0, 0.1}, 8);
  EXPECT_DOUBLE_EQ(share(schedule, 0, 0), 1.0);
  // Half way cos is 0: 0.1 + 0.9 / 2. A quarter of the way cos(pi / 4) = 0.7071067811865476.
  EXPECT_NEAR(share(schedule, 4, 0), 0.55, 1e-12);
  EXPECT_NEAR(share(schedule, 2, 0), 0.1 + 0.45 * 1.7071067811865476, 1e-12);
  EXPECT_GT(share(schedule, 7, 3), 0.1);
  EXPECT_NEAR(share(schedule, 8, 0), 0.1, 1e-12);
}

TEST(Schedule, BeginsTheCosineWhereTheWarmUpEnds) {
  const Schedule schedule(CosineScheduleOptions{2.0, 0.0}, 6);
  EXPECT_DOUBLE_EQ(share(schedule, 1, 3), 1.0);
  EXPECT_DOUBLE_EQ(share(schedule, 2, 0), 1.0);
  EXPECT_NEAR(share(schedule, 4, 0), 0.5, 1e-12);
}

TEST(Schedule, CountsTimeInEpochsWhenTheirLengthsDiffer) {
  const Schedule schedule(CosineScheduleOptions{0.0, 0.0}, 4);
  EXPECT_DOUBLE_EQ(share(schedule, 2, 1, 2), share(schedule, 2, 50, 100));
}

TEST(Schedule, SurvivesAWarmUpLongerThanTraining) {
  const Schedule schedule(CosineScheduleOptions{20.0, 0.0}, 4);
  EXPECT_DOUBLE_EQ(share(schedule, 3, 3), 0.2);
}

}  // namespace
}  // namespace assay
