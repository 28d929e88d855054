// The checks that all kinds of plugins share, on descriptions without a library; tests/runner certifies real plugins.
#include "assay/certify.h"

#include <gtest/gtest.h>

#include <limits>

namespace assay {
namespace {

PluginDescription with_range(double minimum, double maximum) {
  Field field;
  field.key = "count";
  field.kinds = {FieldKind::integer};
  field.default_value = {std::int64_t{0}, {}};
  field.minimum = minimum;
  field.maximum = maximum;
  PluginDescription plugin{"sampler", "counter", "1.0.0", "", {}, {}};
  plugin.fields.fields.push_back(field);
  return plugin;
}

/// What the check "ranges" finds, and which values an object was made from.
struct Ranges {
  std::string found;
  std::vector<std::int64_t> made;
};

Ranges check_ranges(const PluginDescription& plugin) {
  Ranges ranges;
  const auto make = [&](const Node& options) {
    ranges.made.push_back(std::get<std::int64_t>(options.find("count")->value));
  };
  for (const PluginCheck& check : common_checks(plugin, "", make)) {
    if (check.name == "ranges") ranges.found = check.run().found;
  }
  return ranges;
}

TEST(CertifyRanges, StepOverTheEndsOfWholeNumbersThatNoDoubleTellsApart) {
  const double end = 9007199254740992;  // 2^53; 2^53 + 1 is no double
  const Ranges ranges = check_ranges(with_range(-end, end));
  EXPECT_EQ(ranges.found, "2 ends of ranges made, 2 values beyond refused");
  EXPECT_EQ(ranges.made, (std::vector<std::int64_t>{-9007199254740992, 9007199254740992}));
}

TEST(CertifyRanges, AreGivenAsTwoEndsBelowZero) {
  PluginDescription plugin = with_range(-0.5, 0.5);
  Field& field = plugin.fields.fields.front();
  field.kinds = {FieldKind::number, FieldKind::list};
  field.element = FieldKind::number;
  std::vector<std::string> made;
  const auto make = [&](const Node& options) { made.push_back(to_text(*options.find("count"))); };
  for (const PluginCheck& check : common_checks(plugin, "", make)) {
    if (check.name != "ranges") continue;
    EXPECT_EQ(check.run().found, "2 ends of ranges made, 2 values beyond refused");
  }
  EXPECT_EQ(made, (std::vector<std::string>{"[-0.5, -0.5]", "0.5"}));
}

TEST(CertifyRanges, GoNoFurtherThanTheTypeOfWholeNumbers) {
  using Limits = std::numeric_limits<std::int64_t>;
  const Ranges whole = check_ranges(with_range(-0x1p63, 0x1p63));
  EXPECT_EQ(whole.found, "2 ends of ranges made, 0 values beyond refused");
  EXPECT_EQ(whole.made, (std::vector<std::int64_t>{Limits::min(), Limits::max()}));
  EXPECT_EQ(check_ranges(with_range(0, 1e30)).found, "2 ends of ranges made, 1 values beyond refused");
}

}  // namespace
}  // namespace assay
