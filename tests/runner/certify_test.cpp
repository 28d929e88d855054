// `runner plugins certify`: good plugins pass, and each bad one fails in the row that is about its fault.
#include <gtest/gtest.h>

#include <fstream>

#include "runner_process.h"
#include "texts.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string faulty(const std::string& name) { return std::string(ASSAY_FAULTY_PLUGIN_DIR) + "/" + name + ".so"; }

json certify(const std::string& plugin, const std::vector<std::string>& settings, int exit_code,
             const std::map<std::string, std::string>& environment = {}) {
  std::vector<std::string> arguments = {"plugins", "certify", plugin, "--json"};
  for (const std::string& setting : settings) arguments.insert(arguments.end(), {"--set", setting});
  const Outcome outcome = run_runner(arguments, fresh_folder(), environment);
  EXPECT_EQ(outcome.exit_code, exit_code) << outcome.err << outcome.out;
  const json list = json::parse(outcome.out, nullptr, /*allow_exceptions=*/false);
  return list.is_array() && list.size() == 1 ? list[0] : json{{"certified", nullptr}, {"checks", json::array()}};
}

json expect_certified(const std::string& plugin, const std::vector<std::string>& checks,
                      const std::vector<std::string>& settings = {}) {
  const json certificate = certify(plugin, settings, 0);
  EXPECT_EQ(certificate["certified"], true) << certificate.dump(2);
  std::vector<std::string> made;
  for (const json& row : certificate["checks"]) made.push_back(row["check"]);
  EXPECT_EQ(made, checks);
  return certificate;
}

/// The row of this check; one without a result when it wasn't made.
json row_of(const json& certificate, const std::string& check) {
  for (const json& row : certificate["checks"]) {
    if (row["check"] == check) return row;
  }
  return {{"check", check}, {"result", nullptr}, {"found", nullptr}};
}

/// The row that fails first.
json failed_row(const std::string& plugin, const std::vector<std::string>& settings,
                const std::map<std::string, std::string>& environment = {}) {
  const json certificate = certify(plugin, settings, 1, environment);
  EXPECT_EQ(certificate["certified"], false);
  for (const json& row : certificate["checks"]) {
    // "words" tries every fault of the faulty backbone and head, whichever is set.
    if (row["result"] == "FAIL" && (settings.empty() || row["check"] != "words")) return row;
  }
  ADD_FAILURE() << "no row fails: " << certificate.dump(2);
  return json::object();
}

void expect_failing(const std::string& plugin, const std::string& check, const std::string& found,
                    const std::vector<std::string>& settings = {},
                    const std::map<std::string, std::string>& environment = {}) {
  const json row = failed_row(plugin, settings, environment);
  EXPECT_EQ(row.value("check", ""), check) << row;
  EXPECT_TRUE(contains(row.value("found", ""), found)) << row;
}

const std::vector<std::string> kAugmentationChecks = {"handshake",   "defaults", "ranges", "words", "views",
                                                      "composition", "colours",  "pixels", "pairs", "determinism",
                                                      "threads",     "variety",  "time"};
const std::vector<std::string> kSamplerChecks = {"handshake",   "defaults", "ranges",      "words", "epochs",
                                                 "determinism", "variety",  "class prior", "time"};
const std::vector<std::string> kBackboneChecks = {
    "handshake",  "defaults", "ranges",        "words",    "stages",  "shapes",        "samples apart", "determinism",
    "initialise", "gradient", "save and load", "freezing", "folding", "known weights", "time"};
const std::vector<std::string> kHeadChecks = {"handshake",     "defaults",      "ranges",      "words",      "shapes",
                                              "probabilities", "samples apart", "determinism", "initialise", "gradient",
                                              "save and load", "pool",          "time"};

TEST(Certify, FindsTheBuiltInAugmentationsGood) {
  for (const char* name : {"affine", "blur", "brightness_contrast", "crop", "cutmix", "cutout", "flip", "gamma", "grey",
                           "mixup", "noise", "pad", "rotate", "saturation_hue", "stain"}) {
    expect_certified(name, kAugmentationChecks);
  }
}

TEST(Certify, LooksAtColoursAndPairsWhereThereAreSome) {
  const json flip = expect_certified("flip", kAugmentationChecks);
  EXPECT_EQ(row_of(flip, "colours")["result"], "skipped");
  EXPECT_EQ(row_of(flip, "pixels")["result"], "skipped");
  EXPECT_EQ(row_of(flip, "pairs")["result"], "skipped");
  // 0.4 about 1: levels of 0 to 255 times 1.4 at most.
  const json bright = expect_certified("brightness_contrast", kAugmentationChecks, {"brightness=0.4", "contrast=0"});
  EXPECT_TRUE(contains(row_of(bright, "colours").value("found", ""), "levels of 0 to 255 become 0 to 357"))
      << bright.dump(2);
  EXPECT_EQ(row_of(expect_certified("cutmix", kAugmentationChecks), "pairs")["result"], "pass");
}

TEST(Certify, FindsTheBuiltInSamplersGood) {
  for (const char* name : {"random", "oversample"}) expect_certified(name, kSamplerChecks);
}

TEST(Certify, FindsTheBuiltInBackboneGood) {
  expect_certified("efficientnet", kBackboneChecks);
  expect_certified("efficientnet", kBackboneChecks, {"variant=lite0"});
}

TEST(Certify, FindsTheBuiltInHeadGood) {
  expect_certified("fully_connected", kHeadChecks);
  expect_certified("fully_connected", kHeadChecks, {"outputs=5"});
}

TEST(Certify, FindsASamplerThatDrawsNothingGood) {
  const json row = row_of(expect_certified(faulty("in_order"), kSamplerChecks), "variety");
  EXPECT_EQ(row["result"], "note");
  EXPECT_EQ(row["found"], "the same order in all 50 epochs; another seed gives the same order");
}

TEST(Certify, FindsABackboneOfFixedFiltersGood) {
  const json fixed = expect_certified(faulty("fixed_filters"), kBackboneChecks);
  EXPECT_EQ(row_of(fixed, "initialise")["result"], "skipped");
  EXPECT_EQ(row_of(fixed, "gradient")["result"], "skipped");
  const json scaled = expect_certified(faulty("fixed_filters"), kBackboneChecks, {"scaled=true"});
  EXPECT_EQ(row_of(scaled, "initialise")["result"], "skipped");
  EXPECT_EQ(row_of(scaled, "gradient")["result"], "pass");
}

TEST(Certify, PrintsATableWithAVerdict) {
  const Outcome good = run_runner({"plugins", "certify", "flip"}, fresh_folder());
  EXPECT_EQ(good.exit_code, 0);
  EXPECT_TRUE(contains(good.out,
                       "  threads      pass     2000 views from 1 and, three times, from 8 threads: the same to "
                       "the bit\n"))
      << good.out;
  EXPECT_TRUE(contains(good.out, "\ncertified: 7 passed, 0 failed\n")) << good.out;
  const Outcome bad = run_runner({"plugins", "certify", faulty("false_prior")}, fresh_folder());
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_TRUE(contains(bad.out, "\nNOT certified: 4 passed, 1 failed\n")) << bad.out;
  EXPECT_TRUE(contains(bad.err, "error: 1 of 1 plugin failed certification")) << bad.err;
}

TEST(Certify, MakesARowOfACrashAndOfAHang) {
  expect_failing(
      faulty("crashes"), "words",
      "crashed by SIGSEGV: memory that isn't there in augmentation 'crashes'; stage: sample; sample: a picture "
      "of 450x450 (epoch 0, draw 0)");
  expect_failing(
      faulty("hangs"), "defaults",
      "augmentation 'hangs', stage 'sample' on a picture of 450x450 (epoch 0, draw 0): it has not returned for", {},
      {{"ASSAY_PLUGIN_PATIENCE", "0.5"}});
}

TEST(Certify, GoesOnBehindACheckThatEndedItsProcess) {
  // By default it doesn't crash: the words alone do, and the rows behind them are still made.
  const json certificate = certify(faulty("crashes"), {}, 1);
  std::vector<std::string> made;
  for (const json& row : certificate["checks"]) {
    made.push_back(row["check"]);
    EXPECT_EQ(row["result"] == "FAIL", row["check"] == "words") << row;
  }
  EXPECT_EQ(made, kAugmentationChecks);
  EXPECT_EQ(row_of(certificate, "threads")["result"], "pass");
}

TEST(Certify, StopsBehindACheckThatTheOthersNeed) {
  const json rows = certify(faulty("hangs"), {}, 1, {{"ASSAY_PLUGIN_PATIENCE", "0.5"}})["checks"];
  ASSERT_EQ(rows.size(), 3U) << rows.dump(2);
  EXPECT_EQ(rows[1]["check"], "defaults");
  EXPECT_EQ(rows[2]["check"], "the rest");
  EXPECT_EQ(rows[2]["found"], "defaults failed");
}

TEST(Certify, GivesUpWhenTwoChecksEndedTheirProcess) {
  const json certificate = certify(faulty("crashes"), {"how=abort"}, 1);
  EXPECT_EQ(row_of(certificate, "words")["result"], "FAIL");
  EXPECT_EQ(row_of(certificate, "views")["result"], "FAIL");
  EXPECT_EQ(row_of(certificate, "the rest")["found"], "two checks ended their process");
}

TEST(Certify, FindsAFaultyHandshake) {
  expect_failing(faulty("other_compiler"), "handshake", "was built for compiler clang++ 7, this program has ");
  expect_failing(faulty("missing_symbol"), "handshake", "has no symbol 'assay_plugin'");
  expect_failing(faulty("reserved_keys"), "handshake", "describes options called 'probability', 'id', which are the");
  expect_failing(faulty("other_abi"), "handshake", "can't be opened: it needs assay::");
  expect_failing(ASSAY_SOURCE_DIR "/README.md", "handshake", "is no library");
}

TEST(Certify, FindsFaultyAugmentations) {
  expect_failing(faulty("not_finite"), "defaults", "is empty or holds a number that is not finite");
  expect_failing(faulty("pixels_not_finite"), "defaults", "hold a number that is not finite, or beyond 1e+05");
  expect_failing(faulty("pairs_out_of_range"), "defaults", "of a batch of 7, a partner, a share or a patch is out of");
  expect_failing(faulty("throws_at_work"), "defaults", "failed in its stage 'sample' on a picture of 450x450");
  expect_failing(faulty("remembers"), "determinism", "in another order: it must depend on the random stream alone");
}

TEST(Certify, FindsFaultySamplers) {
  expect_failing(faulty("out_of_range"), "defaults", "the epoch shows sample 200; there are 200, from 0 on");
  expect_failing(faulty("false_prior"), "class prior",
                 "9 to 1: class 0 is 0.9 of what 50 epochs show; class_prior() promises 0.5");
}

TEST(Certify, FindsFaultyBackbones) {
  const std::string plugin = faulty("faulty_backbone");
  expect_failing(plugin, "words",
                 "with fault = \"flat map\": backbone 'faulty_backbone' failed in its stage 'features'");
  expect_failing(plugin, "shapes", "it gave [1, 8, 8, 8], not [1, 9, h, w]", {"fault=other channels"});
  expect_failing(plugin, "shapes", "samples get numbers that are not finite", {"fault=nan"});
  expect_failing(plugin, "samples apart", "a picture alone and among eight, in evaluation: differ by",
                 {"fault=mixes samples"});
  expect_failing(plugin, "gradient", "has no gradient: something detaches it", {"fault=keeps gradient"});
  expect_failing(plugin, "initialise", "another seed gives the same weights: initialise() must draw stem.0.conv.weight",
                 {"fault=own seed"});
}

TEST(Certify, FindsFaultyHeads) {
  const std::string plugin = faulty("faulty_head");
  expect_failing(plugin, "words", "with fault = \"unpooled\": head 'faulty_head' failed in its stage 'pool'");
  expect_failing(plugin, "shapes", "it gave [1, 1], not [1, 2]", {"fault=other outputs"});
  expect_failing(plugin, "probabilities", "give probabilities from -", {"fault=no probabilities"});
  expect_failing(plugin, "gradient", "has no gradient: something detaches it", {"fault=detached"});
}

TEST(Certify, TakesAFolderADescriptionOrAName) {
  const Outcome folder =
      run_runner({"plugins", "certify", ASSAY_PLUGIN_DIR "/random.plugin.toml", "flip", "--json"}, fresh_folder());
  const json list = json::parse(folder.out, nullptr, false);
  ASSERT_EQ(list.size(), 2U) << folder.out << folder.err;
  EXPECT_EQ(list[0]["library"], ASSAY_PLUGIN_DIR "/random.so");
  EXPECT_EQ(list[1]["library"], ASSAY_PLUGIN_DIR "/flip.so");

  const fs::path copies = fresh_folder();
  for (const char* file : {"random.so", "random.plugin.toml", "flip.so"}) {
    fs::copy_file(fs::path(ASSAY_PLUGIN_DIR) / file, copies / file);
  }
  const json both = json::parse(run_runner({"plugins", "certify", ".", "--json"}, copies).out, nullptr, false);
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0]["library"], (copies / "flip.so").string());
}

TEST(Certify, WrongArgumentsAreExitCodeTwo) {
  const auto refused = [](const std::vector<std::string>& arguments, const std::string& text,
                          const std::map<std::string, std::string>& environment = {}) {
    const Outcome outcome = run_runner(arguments, fresh_folder(), environment);
    EXPECT_EQ(outcome.exit_code, 2) << outcome.out;
    EXPECT_TRUE(contains(outcome.err, text)) << outcome.err;
  };
  refused({"plugins", "certify"}, "plugins is required");
  refused({"plugins", "certify", "rotat"}, "'rotat' is no file, no folder and no plugin; did you mean 'rotate'?");
  refused({"plugins", "certify", "."}, "holds no plugin (*.so, *.plugin.toml)");
  refused({"plugins", "certify", "rotate", "--set", "max_degres=3"}, "unknown key; did you mean 'max_degrees'?");
  refused({"plugins", "certify", "rotate", "--set", "max_degrees=720"}, "is out of range");
  refused({"plugins", "certify", "rotate", "--set", "max_degrees"}, "expected KEY=VALUE");
  refused({"plugins", "certify", "rotate"}, "ASSAY_PLUGIN_PATIENCE = 'long' is no number of seconds",
          {{"ASSAY_PLUGIN_PATIENCE", "long"}});
}

}  // namespace
}  // namespace assay
