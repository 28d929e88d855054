#include "assay/error.h"
#include "assay/registry/queries.h"
#include "registry_fixture.h"
#include "texts.h"

namespace assay::test {
namespace {

/// Runs 1 to 5, of which 1, 3 and 5 are named effnet_crop.
class FindRun : public RegistryTest {
 protected:
  void SetUp() override {
    for (const char* name : {"effnet_crop", "effnet_flip", "effnet_crop", "a sentence: with best@7", "effnet_crop"}) {
      record(example_run(name));
    }
    query(file(), "UPDATE runs SET uuid = 'abcdef00-0000-4000-8000-00000000000' || number");
    query(file(), "UPDATE runs SET uuid = '12345678-0000-4000-8000-000000000000' WHERE number = 5");
  }
  std::int64_t find(const std::string& text) { return find_run(readable(), text).number; }
  std::string refusal(const std::string& text) {
    return message_of([&] { find_run(readable(), text); });
  }
};

TEST_F(FindRun, TakesItsNumber) { EXPECT_EQ(2, find("2")); }

TEST_F(FindRun, TakesTheNewestOfAName) {
  EXPECT_EQ(5, find("effnet_crop"));
  EXPECT_EQ(4, find("a sentence: with best@7"));
}

TEST_F(FindRun, CountsRunsOfANameFromTheOldest) {
  EXPECT_EQ(1, find("effnet_crop@1"));
  EXPECT_EQ(3, find("effnet_crop@2"));
  EXPECT_TRUE(contains(refusal("effnet_crop@4"), "there are only 3 runs named effnet_crop"));
  EXPECT_TRUE(contains(refusal("effnet_flip@2"), "there is only one run named effnet_flip"));
}

TEST_F(FindRun, CountsBackFromTheLatest) {
  EXPECT_EQ(5, find("latest"));
  EXPECT_EQ(4, find("latest~1"));
  EXPECT_TRUE(contains(refusal("latest~5"), "holds only 5 runs")) << refusal("latest~5");
}

TEST_F(FindRun, TakesTheBeginningOfAUuid) {
  EXPECT_EQ(3, find("abcdef00-0000-4000-8000-000000000003"));
  EXPECT_EQ(3, find("ABCDEF00-0000-4000-8000-000000000003"));
  EXPECT_EQ(5, find("123456"));
  const std::string message = refusal("abcdef");
  EXPECT_TRUE(contains(message, "the uuids of 4 runs start with abcdef: 1 (effnet_crop), 2 (effnet_flip)")) << message;
  EXPECT_TRUE(contains(refusal("abcde"), "there is no run"));
}

TEST_F(FindRun, TakesACheckpointAtTheEnd) {
  EXPECT_EQ(CheckpointChoice::best, find_run(readable(), "2:best").checkpoint);
  EXPECT_EQ(CheckpointChoice::last, find_run(readable(), "latest~1:last").checkpoint);
  EXPECT_EQ(3, find("effnet_crop@2:last"));
  EXPECT_FALSE(find_run(readable(), "2").checkpoint);
}

TEST_F(FindRun, SuggestsANearName) {
  EXPECT_TRUE(contains(refusal("efnet_flip"), "did you mean 'effnet_flip'?")) << refusal("efnet_flip");
  EXPECT_TRUE(contains(refusal("zzzzzzzz"), "a RUN is a number, a name")) << refusal("zzzzzzzz");
  EXPECT_TRUE(contains(refusal("6"), "there is no run 6")) << refusal("6");
  EXPECT_TRUE(contains(refusal("6"), "its newest is 5"));
  EXPECT_TRUE(contains(refusal(""), "there is no run"));
  EXPECT_TRUE(contains(refusal("-1"), "there is no run"));
  EXPECT_TRUE(contains(refusal("99999999999999999999"), "there is no run"));
}

TEST_F(FindRun, DoesntRunSqlInAName) { EXPECT_TRUE(contains(refusal("x' OR '1'='1"), "there is no run")); }

TEST(FindRunInAnEmptyRegistry, SaysThatItIsEmpty) {
  const TemporaryFolder folder;
  const Registry registry = Registry::open(folder.path() / "r.db", OpenMode::write);
  for (const std::string text : {"3", "latest", "effnet"}) {
    EXPECT_TRUE(contains(message_of([&] { find_run(registry, text); }), "holds no runs yet")) << text;
  }
}

}  // namespace
}  // namespace assay::test
