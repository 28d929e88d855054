// What a user sees when a plugin is faulty, in the real runner: each fault of tests/faulty_plugins that shows in a run.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "runner_process.h"
#include "texts.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

std::string faulty(const std::string& name) { return std::string(ASSAY_FAULTY_PLUGIN_DIR) + "/" + name + ".so"; }

/// The parts of a small experiment that a test replaces by faulty ones.
struct Parts {
  std::string augmentation = "plugin = \"flip\"\n";
  std::string sampler = "plugin = \"random\"\n";
  std::string backbone = "plugin = \"efficientnet\"\nvariant = \"lite0\"\n";
  std::string head = "plugin = \"fully_connected\"\nhidden = []\n";
};

fs::path write_experiment(const Parts& parts) {
  const fs::path folder = fresh_folder();
  std::ofstream(folder / "x.toml") << "name = \"faulty\"\nseed = 20\n[plugins]\npath = [\"" << ASSAY_FAULTY_PLUGIN_DIR
                                   << "\"]\n[dataset]\npath = \"demo\"\npositive = \"malignant\"\n"
                                      "group = { pattern = 'UID_(H?\\d+)_' }\n"
                                      "demo = { images = 48, patients = 12, size = 64 }\n"
                                      "[preprocessing]\nsize = 64\n[pipeline]\nviews = 1\nthreads = 1\n"
                                      "[evaluation]\nbootstrap = 0\n[training]\nepochs = 1\nbatch_size = 8\n"
                                   << "[[augmentation]]\n"
                                   << parts.augmentation << "[sampler]\n"
                                   << parts.sampler << "[backbone]\nweights = \"none\"\n"
                                   << parts.backbone << "[head]\n"
                                   << parts.head;
  return folder;
}

Outcome run_with(const Parts& parts) { return run_runner({"x.toml"}, write_experiment(parts)); }

std::string with_fault(const std::string& plugin, const std::string& fault) {
  return "plugin = \"" + plugin + "\"\nfault = \"" + fault + "\"\n";
}

void expect_failure(const Outcome& outcome, const std::string& text) {
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "error: " + text)) << outcome.err;
}

void expect_crash(const std::string& how, int signal_number, const std::string& signal_name) {
  const fs::path folder = write_experiment({.augmentation = "plugin = \"crashes\"\nhow = \"" + how + "\"\n"});
  const Outcome outcome = run_runner({"x.toml"}, folder);
  EXPECT_EQ(outcome.exit_code, 128 + signal_number) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "runner crashed by " + signal_name)) << outcome.err;
  EXPECT_TRUE(contains(
      outcome.err, " in augmentation 'crashes'\n  library: " + faulty("crashes") + "\n  stage:   sample\n  sample:  "))
      << outcome.err;
  EXPECT_TRUE(contains(outcome.err, ".png (epoch 0, draw 0)\n")) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "runner plugins certify " + faulty("crashes"))) << outcome.err;
  const auto shown = nlohmann::json::parse(run_runner({"show", "latest", "--json"}, folder).out, nullptr, false);
  EXPECT_EQ(shown["state"], "crashed");
}

TEST(FaultyPlugins, ACrashIsToldWithPluginStageAndSampleAndTheRunIsShownAsCrashed) {
  expect_crash("segmentation fault", SIGSEGV, "SIGSEGV");
}

TEST(FaultyPlugins, AStackThatOverflowsIsToldToo) { expect_crash("stack overflow", SIGSEGV, "SIGSEGV"); }

TEST(FaultyPlugins, AnAbortIsToldToo) { expect_crash("abort", SIGABRT, "SIGABRT"); }

TEST(FaultyPlugins, AHangIsToldAndCtrlCTwiceEndsIt) {
  const fs::path folder = write_experiment({.augmentation = "plugin = \"hangs\"\n"});
  RunnerProcess process({"x.toml"}, folder, {{"ASSAY_PLUGIN_PATIENCE", "0.5"}});
  ASSERT_TRUE(process.wait_for("Ctrl-C twice ends the program")) << process.err_so_far();
  const std::string told = process.err_so_far();
  EXPECT_TRUE(contains(told, "warning: augmentation 'hangs' (" + faulty("hangs") + "), stage 'sample' on ")) << told;
  EXPECT_TRUE(contains(told, ".png (epoch 0, draw 0): it has not returned for ")) << told;
  process.send(SIGINT);
  ASSERT_TRUE(process.wait_for("Ctrl-C again ends the program at once")) << process.err_so_far();
  process.send(SIGINT);
  EXPECT_EQ(process.wait().exit_code, 130);
}

TEST(FaultyPlugins, AnExceptionAtWorkIsToldWithPluginStageAndSample) {
  const std::string who =
      "augmentation 'throws_at_work' (" + faulty("throws_at_work") + ") failed in its stage 'sample' on ";
  const Outcome exception = run_with({.augmentation = "plugin = \"throws_at_work\"\n"});
  expect_failure(exception, who);
  EXPECT_TRUE(contains(exception.err, ".png (epoch 0, draw 0): no view is good enough")) << exception.err;
  const Outcome other = run_with({.augmentation = "plugin = \"throws_at_work\"\nexception = false\n"});
  expect_failure(other, who);
  EXPECT_TRUE(contains(other.err, "(epoch 0, draw 0): it threw something that is no std::exception")) << other.err;
}

TEST(FaultyPlugins, AViewThatIsNotFiniteIsTold) {
  const Outcome outcome = run_with({.augmentation = "plugin = \"not_finite\"\n"});
  expect_failure(outcome, "augmentation 'not_finite' (" + faulty("not_finite") + ") failed in its stage 'sample' on ");
  EXPECT_TRUE(contains(outcome.err, "its view is empty or holds a number that is not finite")) << outcome.err;
}

TEST(FaultyPlugins, PixelsThatAreNotFiniteAreTold) {
  const Outcome outcome = run_with({.augmentation = "plugin = \"pixels_not_finite\"\n"});
  expect_failure(outcome, "augmentation 'pixels_not_finite' (" + faulty("pixels_not_finite") +
                              ") failed in its stage 'apply' on ");
  EXPECT_TRUE(contains(outcome.err, ".png (epoch 0, draw 0): its picture holds a number that is not finite"))
      << outcome.err;
}

TEST(FaultyPlugins, ASampleOutOfRangeAndAnEmptyEpochAreTold) {
  const std::string who =
      "sampler 'out_of_range' (" + faulty("out_of_range") + ") failed in its stage 'epoch' (epoch 0): ";
  expect_failure(run_with({.sampler = "plugin = \"out_of_range\"\n"}), who + "it shows sample ");
  expect_failure(run_with({.sampler = "plugin = \"out_of_range\"\nempty = true\n"}), who + "it shows no sample");
}

TEST(FaultyPlugins, ABackbonesWrongAnswerIsToldBeforeARunBegins) {
  const std::string who = "backbone 'faulty_backbone' (" + faulty("faulty_backbone") +
                          ") failed in its stage 'features' on an empty picture of 64 x 64: ";
  for (const auto& [fault, told] : std::vector<std::pair<std::string, std::string>>{
           {"flat map", "it gave [1, 8, 256], not [1, 8, h, w]"},
           {"other channels", "it gave [1, 8, 16, 16], not [1, 9, h, w]"},
           {"fewer samples", "it gave [0, 8, 16, 16], not [1, 8, h, w]"},
           {"throws", "no picture is good enough"},
           {"nan",
            "1 of 1 samples get numbers that are not finite, the first is number 1; the weights are fine, so a "
            "plugin makes it: runner plugins certify tries it alone"}}) {
    const Outcome outcome = run_with({.backbone = with_fault("faulty_backbone", fault)});
    expect_failure(outcome, who + told);
    EXPECT_FALSE(contains(outcome.err, "runs/1-faulty")) << outcome.err;
  }
}

TEST(FaultyPlugins, AHeadsWrongAnswerIsToldBeforeARunBegins) {
  const std::string who = "head 'faulty_head' (" + faulty("faulty_head") + ") failed in its stage '";
  const std::string where = "' on an empty picture of 64 x 64: ";
  expect_failure(run_with({.head = with_fault("faulty_head", "unpooled")}),
                 who + "pool" + where + "it gave [1, 1280, 2, 2], not [1, D]");
  expect_failure(run_with({.head = with_fault("faulty_head", "other outputs")}),
                 who + "forward" + where + "it gave [1, 1], not [1, 2]");
  expect_failure(run_with({.head = with_fault("faulty_head", "throws")}),
                 who + "forward" + where + "no feature is good enough");
  expect_failure(run_with({.head = with_fault("faulty_head", "nan")}),
                 who + "forward" + where + "its logits are not finite");
}

TEST(FaultyPlugins, AnotherBuildIsRefusedAsWrongInputBeforeARunBegins) {
  const Outcome outcome = run_with({.sampler = "plugin = \"other_compiler\"\n"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_TRUE(contains(outcome.err, "error: sampler 'other_compiler' (" + faulty("other_compiler") +
                                        ") was built for compiler clang++ 7, this program has "))
      << outcome.err;
}

TEST(FaultyPlugins, AFactoryThatThrowsOrMakesNothingIsWrongInput) {
  for (const auto& [name, told] : std::vector<std::pair<std::string, std::string>>{
           {"throws", "threw while it was made: no share is good enough"},
           {"throws_no_exception", "threw something that is no std::exception while it was made"},
           {"makes_nothing", "made nothing from its options"}}) {
    const Outcome outcome = run_with({.sampler = "plugin = \"" + name + "\"\n"});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_TRUE(contains(outcome.err, "error: sampler '" + name + "' (" + faulty(name) + ") " + told)) << outcome.err;
  }
}

TEST(FaultyPlugins, AStaleDescriptionAndADuplicateAreWrongInput) {
  const fs::path folder = write_experiment({});
  const auto copy = [&](const std::string& name, const std::string& as) {
    const fs::path plugins = ASSAY_PLUGIN_DIR;
    fs::create_directories(folder / "plugins");
    fs::copy_file(plugins / (name + ".so"), folder / "plugins" / (as + ".so"));
    std::ifstream file(plugins / (name + ".plugin.toml"));
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  std::string stale = copy("random", "random");
  stale.replace(stale.find("1.0.0"), 5, "0.9.0");
  stale.replace(stale.find("\"random\""), 8, "\"raandom\"");
  std::ofstream(folder / "plugins/random.plugin.toml") << stale;
  const std::map<std::string, std::string> found{{"ASSAY_PLUGIN_PATH", (folder / "plugins").string()}};
  const Outcome outcome = run_runner({"x.toml", "--set", "sampler.plugin=raandom"}, folder, found);
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_TRUE(contains(outcome.err,
                       "has a stale description: its .plugin.toml says name raandom, the library has "
                       "random; version 0.9.0, the library has 1.0.0. Build it again"))
      << outcome.err;

  std::ofstream(folder / "plugins/again.plugin.toml") << copy("flip", "again");
  const Outcome twice = run_runner({"check", "x.toml"}, folder, found);
  EXPECT_EQ(twice.exit_code, 2);
  EXPECT_TRUE(contains(twice.err, "two plugins are called augmentation 'flip': ")) << twice.err;
}

}  // namespace
}  // namespace assay
