// The cache among processes: who packs, who waits, what a killed one leaves, and what `runner cache` says and does.
#include <gtest/gtest.h>
#include <sys/mount.h>

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

/// A file in a cache below a folder.
fs::path write_entry(const fs::path& folder, const std::string& name, const std::string& text) {
  const fs::path file = folder / "cache" / name;
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
  return file;
}

Outcome run_cache(const fs::path& folder, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "cache");
  return run_runner(arguments, folder, {{"ASSAY_CACHE", (folder / "cache").string()}});
}

TEST(CacheCommand, VerifyNamesAllThatIsNotWhole) {
  const fs::path folder = fresh_folder();
  const fs::path foreign = write_entry(folder, "packed/a.pack", std::string(1000, 'x'));
  write_entry(folder, "packed/half.packing", "what a killed process left");
  const fs::path endless = folder / "cache" / "packed" / "b.pack";
  fs::create_symlink(endless, endless);
  const Outcome outcome = run_cache(folder, {"verify"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(contains(outcome.err, "not whole; runs make it again, `runner cache clear` removes it:\n"))
      << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "\n  " + foreign.string() + " is no pack of pictures\n")) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "\n  " + endless.string() + ": can't be read: Too many levels of symbolic links"))
      << outcome.err;
}

TEST(CacheCommand, VerifyDoesNotCountDrafts) {
  const fs::path folder = fresh_folder();
  write_entry(folder, "packed/half.packing", "what a killed process left");
  const Outcome outcome = run_cache(folder, {"verify"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "0 files, 0 B: all whole\n");
}

TEST(CacheCommand, ClearRemovesTheRestWhereOneCanNotBeRemoved) {
  const fs::path folder = fresh_folder();
  const fs::path pack = write_entry(folder, "packed/a.pack", "x");
  // A mount point can't be removed, by the system's administrator neither.
  const fs::path fixed = write_entry(folder, "packed/b.pack", "x");
  const fs::path scan = write_entry(folder, "scans/c", "x");
  if (::mount(fixed.c_str(), fixed.c_str(), nullptr, MS_BIND, nullptr) != 0) {
    GTEST_SKIP() << "this process may not mount a file";
  }
  const Outcome outcome = run_cache(folder, {"clear"});
  ::umount(fixed.c_str());
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(outcome.out.starts_with("removed 2, ")) << outcome.out;
  EXPECT_TRUE(contains(outcome.err, "not everything could be removed:\n  " + fixed.string() + " can't be removed: "))
      << outcome.err;
  EXPECT_FALSE(fs::exists(pack));
  EXPECT_FALSE(fs::exists(scan));
}

TEST(CacheCommand, RefusesDaysThatAreNone) {
  for (const char* days : {"nan", "inf", "1e400", "-1", "week", "3d", ""}) {
    const Outcome outcome = run_cache(fresh_folder(), {"clear", "--older-than", days});
    EXPECT_EQ(outcome.exit_code, 2) << days;
    EXPECT_TRUE(contains(outcome.err, "'" + std::string(days) + "' is no number of days")) << outcome.err;
  }
}

TEST(CacheCommand, RefusesALimitThatIsNone) {
  const Outcome outcome = run_runner({"cache", "list"}, fresh_folder(), {{"ASSAY_CACHE_LIMIT", "lots"}});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.out, "") << "no half of a table";
  EXPECT_TRUE(contains(outcome.err, "ASSAY_CACHE_LIMIT is 'lots'")) << outcome.err;
}

}  // namespace
}  // namespace assay
