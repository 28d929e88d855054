#include "assay/registry/slices.h"

#include <algorithm>

#include "assay/error.h"
#include "registry_fixture.h"

namespace assay::test {
namespace {

/// Site 10 has two patients, site 2 two, of whom one is wrong; two healthy images have no site.
StoredPredictions stored() {
  StoredPredictions stored;
  const auto add = [&](const char* site, const char* patient, std::uint32_t group, int label, float probability) {
    SampleRecord record{std::to_string(stored.records.size()), "hash", patient, "test", label, "lab", {}};
    if (*site != '\0') record.values = {{"site", site}};
    stored.predictions.samples.push_back(static_cast<std::uint32_t>(stored.records.size()));
    stored.predictions.labels.push_back(label);
    stored.predictions.groups.push_back(group);
    stored.predictions.probabilities.push_back(probability);
    stored.records.push_back(record);
  };
  add("10", "A", 0, 1, 0.9F);
  add("10", "A", 0, 0, 0.1F);
  add("10", "B", 1, 1, 0.8F);
  add("2", "C", 2, 1, 0.9F);
  add("2", "C", 2, 0, 0.1F);
  add("2", "D", 3, 1, 0.2F);
  add("2", "D", 3, 0, 0.3F);
  add("", "E", 4, 0, 0.4F);
  add("", "E", 4, 0, 0.6F);
  return stored;
}

TEST(Slices, AreJudgedApartInTheOrderOfTheirValues) {
  const std::vector<Slice> slices = slices_by(stored(), "site", 0.5, {.replicates = 50});
  ASSERT_EQ(3U, slices.size());
  EXPECT_EQ("", slices[0].value);
  EXPECT_EQ("2", slices[1].value);
  EXPECT_EQ("10", slices[2].value);
  EXPECT_EQ(4, slices[1].samples);
  EXPECT_EQ(2, slices[1].groups);
  EXPECT_EQ(0.75, slices[1].accuracy);
  EXPECT_EQ("auroc", slices[1].figures[0].metric);
  // Of the four pairs of a malignant and a healthy image, 0.2 against 0.3 is the wrong one.
  EXPECT_EQ(0.75, slices[1].figures[0].interval.value);
  EXPECT_EQ(2, slices[1].figures[0].interval.groups);
  EXPECT_EQ(1.0, slices[2].figures[0].interval.value);
}

TEST(Slices, HaveNumbersBeforeTextWhateverTheOrderOfTheImages) {
  // "10" < "1a" < "2" as text, "2" < "10" as numbers: an order by pairs alone would go round in a circle.
  std::vector<std::string> sites{"2", "1a", "10", "", "0099", "99", "12345678901234567890"};
  std::sort(sites.begin(), sites.end());
  do {
    StoredPredictions stored;
    for (const std::string& site : sites) {
      const auto sample = static_cast<std::uint32_t>(stored.records.size());
      stored.records.push_back({std::to_string(sample), "hash", "A", "test", 0, "lab", {{"site", site}}});
      stored.predictions.samples.push_back(sample);
      stored.predictions.labels.push_back(0);
      stored.predictions.groups.push_back(0);
      stored.predictions.probabilities.push_back(0.1F);
    }
    std::vector<std::string> values;
    for (const Slice& slice : slices_by(stored, "site", 0.5)) values.push_back(slice.value);
    ASSERT_EQ((std::vector<std::string>{"", "2", "10", "0099", "99", "12345678901234567890", "1a"}), values)
        << "from " << ::testing::PrintToString(sites);
  } while (std::next_permutation(sites.begin(), sites.end()));
}

TEST(Slices, OfOneClassHaveNoFigureThatNeedsTwo) {
  const Slice slice = slices_by(stored(), "site", 0.5, {.replicates = 50})[0];
  EXPECT_EQ(std::vector<std::int32_t>{0}, slice.labels);
  EXPECT_TRUE(slice.figures.empty());
  EXPECT_EQ(0.5, slice.accuracy);
}

TEST(Slices, MayBeOfSourcesAndPatients) {
  EXPECT_EQ((std::vector<std::string>{"site", "source", "group"}), slice_columns(stored()));
  EXPECT_EQ(1U, slices_by(stored(), "source", 0.5, {.replicates = 10}).size());
  EXPECT_EQ(5U, slices_by(stored(), "group", 0.5, {.replicates = 10}).size());
}

TEST(Slices, OfAnUnknownColumnNameTheKnownOnes) {
  const std::string message = message_of([] { slices_by(stored(), "sites", 0.5); });
  EXPECT_NE(std::string::npos, message.find("did you mean 'site'? There are: site, source, group")) << message;
}

}  // namespace
}  // namespace assay::test
