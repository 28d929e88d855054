// The cache among processes: who packs, who waits, what a killed one leaves, and what `runner cache` says and does.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <thread>

#include "runner_process.h"
#include "texts.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// The small job with enough pictures that packing them takes a while; its demo set is drawn.
class Cache : public testing::Test {
 protected:
  Cache() : folder_(fresh_folder()) {
    write_small_experiment(folder_, "epochs = 1\n");
    const Outcome drawn = run({"dataset", "experiment.toml", "--set", "dataset.demo.images=300", "--set",
                               "dataset.demo.size=192", "--set", "dataset.near_copies=keep"});
    EXPECT_EQ(drawn.exit_code, 0) << drawn.err;
  }

  std::vector<std::string> train() const {
    return {"experiment.toml",       "--set", "dataset.demo.images=300", "--set",
            "dataset.demo.size=192", "--set", "dataset.near_copies=keep"};
  }

  std::map<std::string, std::string> environment() const { return {{"ASSAY_CACHE", (folder_ / "cache").string()}}; }

  Outcome run(const std::vector<std::string>& arguments) const { return run_runner(arguments, folder_, environment()); }

  json entries() const {
    const Outcome outcome = run({"cache", "list", "--json"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return json::parse(outcome.out, nullptr, false)["entries"];
  }

  std::vector<fs::path> packed(const std::string& extension) const {
    std::vector<fs::path> files;
    std::error_code missing;
    for (const auto& entry : fs::directory_iterator(folder_ / "cache" / "packed", missing)) {
      if (entry.path().extension() == extension) files.push_back(entry.path());
    }
    return files;
  }

  /// A run that was stopped (SIGSTOP) in the middle of packing; one that was too fast is forgotten, and another tried.
  std::unique_ptr<RunnerProcess> run_stopped_while_packing() const {
    for (int tries = 0; tries < 20; ++tries) {
      auto process = std::make_unique<RunnerProcess>(train(), folder_, environment());
      if (is_stopped_while_packing(*process)) return process;
      process.reset();
      fs::remove_all(folder_ / "cache" / "packed");
    }
    throw std::runtime_error("every run packed too fast to be stopped");
  }

  bool is_stopped_while_packing(const RunnerProcess& process) const {
    for (int tries = 0; tries < 120'000 && packed(".pack").empty(); ++tries) {
      if (!packed(".packing").empty()) {
        process.send(SIGSTOP);
        return packed(".pack").empty();
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  }

  fs::path folder_;
};

TEST_F(Cache, IsPackedByOneOfTwoRunsAndTheOtherWaits) {
  const auto first = run_stopped_while_packing();
  RunnerProcess second(train(), folder_, environment());
  EXPECT_TRUE(second.wait_for("another run is packing the same pictures; waiting for it")) << second.err_so_far();
  first->send(SIGCONT);
  const Outcome one = first->wait();
  const Outcome other = second.wait();
  EXPECT_EQ(one.exit_code, 0) << one.err;
  EXPECT_EQ(other.exit_code, 0) << other.err;
  EXPECT_EQ(packed(".pack").size(), 1U);
  EXPECT_TRUE(packed(".packing").empty());
  EXPECT_TRUE(contains(one.err, "packed 300 images")) << one.err;
  EXPECT_FALSE(contains(other.err, "packed 300 images")) << other.err;
}

TEST_F(Cache, ARunThatWaitsForAnothersPackIsStoppedByCtrlC) {
  const auto first = run_stopped_while_packing();
  RunnerProcess second(train(), folder_, environment());
  ASSERT_TRUE(second.wait_for("waiting for it")) << second.err_so_far();
  second.send(SIGINT);
  EXPECT_EQ(second.wait().exit_code, 130);
}

TEST_F(Cache, OfARunKilledWhilePackingNothingIsTakenForAPack) {
  {
    const auto first = run_stopped_while_packing();
    first->send(SIGKILL);
    first->wait();
  }
  EXPECT_TRUE(packed(".pack").empty());
  EXPECT_EQ(entries()[0]["left_over"], true) << entries()[0];
  const Outcome second = run(train());
  EXPECT_EQ(second.exit_code, 0) << second.err;
  EXPECT_EQ(packed(".pack").size(), 1U);
  EXPECT_TRUE(packed(".packing").empty());
  EXPECT_EQ(run({"cache", "verify"}).exit_code, 0);
}

TEST_F(Cache, OfARunStoppedByCtrlCWhilePackingNothingIsLeft) {
  const auto process = run_stopped_while_packing();
  process->send(SIGINT);
  process->send(SIGCONT);
  EXPECT_EQ(process->wait().exit_code, 130);
  EXPECT_TRUE(packed(".pack").empty());
  EXPECT_TRUE(packed(".packing").empty());
}

TEST_F(Cache, IsListedVerifiedAndCleared) {
  ASSERT_EQ(run(train()).exit_code, 0);
  const json listed = entries();
  EXPECT_EQ(listed[0]["kind"], "packed");
  EXPECT_EQ(listed[0]["pictures"], 300);
  EXPECT_EQ(listed[0]["in_use"], false);
  const Outcome table = run({"cache", "list"});
  for (const char* word :
       {"kind", "pictures", "last used", "packed", "features", "scans", "demo", "of at most 50.0 GB"}) {
    EXPECT_TRUE(contains(table.out, word)) << word << "\n" << table.out;
  }
  EXPECT_TRUE(contains(run({"cache", "verify"}).out, "all whole"));

  const fs::path pack = packed(".pack").front();
  std::fstream(pack, std::ios::binary | std::ios::in | std::ios::out).seekp(100'000).write("damage", 6);
  const Outcome damaged = run({"cache", "verify"});
  EXPECT_EQ(damaged.exit_code, 1);
  EXPECT_TRUE(contains(damaged.err, pack.string() + " is damaged: picture ")) << damaged.err;

  EXPECT_EQ(run({"cache", "clear", "--older-than", "1"}).exit_code, 0);
  EXPECT_TRUE(fs::exists(pack)) << "was used today";
  EXPECT_EQ(run({"cache", "clear", "packed", "features"}).exit_code, 0);
  EXPECT_FALSE(fs::exists(pack));
  for (const json& entry : entries()) EXPECT_TRUE(entry["kind"] == "demo" || entry["kind"] == "scans") << entry;
  EXPECT_EQ(run({"cache", "clear"}).exit_code, 0);
  EXPECT_TRUE(entries().empty()) << entries();
}

TEST_F(Cache, IsNotClearedOfWhatARunUses) {
  RunnerProcess process(train(), folder_, environment());
  for (int tries = 0; tries < 120'000 && packed(".pack").empty(); ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  process.send(SIGSTOP);
  const Outcome cleared = run({"cache", "clear", "packed"});
  EXPECT_EQ(cleared.exit_code, 1);
  EXPECT_TRUE(contains(cleared.err, "in use by a run, and stays:\n  packed ")) << cleared.err;
  EXPECT_EQ(packed(".pack").size(), 1U);
  process.send(SIGCONT);
  EXPECT_EQ(process.wait().exit_code, 0);
}

TEST(CacheCommand, SuggestsTheKindThatWasMeant) {
  const Outcome outcome = run_runner({"cache", "clear", "feature"}, fresh_folder());
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_TRUE(contains(outcome.err, "did you mean 'features'?")) << outcome.err;
}

TEST(CacheCommand, RefusesALimitThatIsNone) {
  const Outcome outcome = run_runner({"cache", "list"}, fresh_folder(), {{"ASSAY_CACHE_LIMIT", "lots"}});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_TRUE(contains(outcome.err, "ASSAY_CACHE_LIMIT is 'lots'")) << outcome.err;
}

}  // namespace
}  // namespace assay
