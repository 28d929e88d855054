// Joining groups by content.
#include "group_join.h"

#include <gtest/gtest.h>

namespace assay::data {
namespace {

TEST(JoinedGroups, AreThoseThatShareAnImage) {
  const JoinedGroups joined = join({"H6", "H2", "H1", "H2"}, {{0, 1}});
  EXPECT_EQ(joined.names, (std::vector<std::string>{"H1", "H2+H6"}));
  EXPECT_EQ(joined.members, (std::vector<std::vector<std::string>>{{"H1"}, {"H2", "H6"}}));
  EXPECT_EQ(joined.of_image, (std::vector<std::int64_t>{1, 1, 0, 1}));
}

TEST(JoinedGroups, FollowChains) {
  EXPECT_EQ(join({"a", "b", "b", "c", "d"}, {{0, 1}, {2, 3}}).names, (std::vector<std::string>{"a+b+c", "d"}));
}

TEST(JoinedGroups, StayAsTheyAreForCopiesWithinOne) {
  EXPECT_EQ(join({"a", "a", "a"}, {{0, 1}, {1, 2}}).names, (std::vector<std::string>{"a"}));
}

TEST(JoinedGroups, OfManyAreNamedByTheirFirst) {
  const std::vector<std::string> groups{"a", "b", "c", "d", "e", "f", "g", "h"};
  const JoinedGroups joined = join(groups, {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 6}, {6, 7}});
  EXPECT_EQ(joined.names, (std::vector<std::string>{"a+b+c+d+e+f+2 more"}));
  EXPECT_EQ(joined.members, (std::vector<std::vector<std::string>>{groups}));
}

}  // namespace
}  // namespace assay::data
