// Joining groups by content.
#include "group_join.h"

#include <gtest/gtest.h>

namespace assay::data {
namespace {

TEST(JoinIdentical, JoinsGroupsThatShareContent) {
  const JoinedGroups joined = join_identical({"H6", "H2", "H1", "H2"}, {"x", "x", "y", "z"});
  EXPECT_EQ(joined.names, (std::vector<std::string>{"H1", "H2+H6"}));
  EXPECT_EQ(joined.of_image, (std::vector<std::int64_t>{1, 1, 0, 1}));
  EXPECT_EQ(joined.identical_images, 2);
  EXPECT_EQ(joined.joined, (std::vector<std::string>{"H2+H6"}));
}

TEST(JoinIdentical, FollowsChains) {
  const JoinedGroups joined = join_identical({"a", "b", "b", "c", "d"}, {"1", "1", "2", "2", "3"});
  EXPECT_EQ(joined.names, (std::vector<std::string>{"a+b+c", "d"}));
  EXPECT_EQ(joined.identical_images, 4);
}

TEST(JoinIdentical, CountsCopiesWithinAGroupAndJoinsNothing) {
  const JoinedGroups joined = join_identical({"a", "a", "a"}, {"1", "1", "1"});
  EXPECT_EQ(joined.identical_images, 3);
  EXPECT_TRUE(joined.joined.empty());
}

}  // namespace
}  // namespace assay::data
