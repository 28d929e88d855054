#include "assay/plugin_watch.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "assay/error.h"
#include "assay/plugin_stage.h"

namespace assay {
namespace {

const PluginName& turner() { return plugin_name("augmentation", "turner", "/lib/turner.so"); }

void ignore(const std::string&, const std::string&) {}

/// That a process died of a signal. Under a sanitizer its own handler comes next and ends the process in its way.
class Dies {
 public:
  explicit Dies(int signal_number) : signal_(signal_number) {}
  bool operator()(int status) const {
    if (std::string(ASSAY_SANITIZER) != "none") return status != 0;
    return testing::KilledBySignal(signal_)(status);
  }

 private:
  int signal_;
};

/// What a watch tells, and waiting for it.
class Told {
 public:
  void operator()(const std::string& what, const std::string& advice) {
    const std::lock_guard lock(mutex_);
    texts_.push_back(advice.empty() ? what : what + ". " + advice);
    more_.notify_all();
  }
  std::vector<std::string> at_least(std::size_t count) {
    std::unique_lock lock(mutex_);
    more_.wait_for(lock, std::chrono::seconds(60), [&] { return texts_.size() >= count; });
    return texts_;
  }
  /// All texts, once the last one holds these words.
  std::vector<std::string> until(const std::string& words) {
    std::unique_lock lock(mutex_);
    more_.wait_for(lock, std::chrono::seconds(60),
                   [&] { return !texts_.empty() && texts_.back().find(words) != std::string::npos; });
    return texts_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<std::string> texts_;
};

TEST(PluginWatch, TellsAStageThatLastsAndThatItReturned) {
  Told told;
  const PluginWatch watch(std::ref(told), std::chrono::milliseconds(20));
  std::jthread worker([&] {
    const PluginStage stage(turner(), "sample", {"hem/a.png", 1, 3, 1});
    told.at_least(2);
  });
  worker.join();
  // How often it is told that the stage lasts depends on how soon the worker wakes up.
  const std::vector<std::string> texts = told.until("it returned after");
  ASSERT_GE(texts.size(), 3U);
  const std::string who = "augmentation 'turner' (/lib/turner.so), stage 'sample' on hem/a.png (epoch 3, draw 1): ";
  EXPECT_EQ(texts.front().find(who + "it has not returned for"), 0U) << texts.front();
  EXPECT_NE(texts.front().find("Ctrl-C twice ends the program"), std::string::npos) << texts.front();
  EXPECT_EQ(texts.back().find(who + "it returned after"), 0U) << texts.back();
}

TEST(PluginWatch, SaysNothingOfShortStages) {
  Told told;
  {
    const PluginWatch watch(std::ref(told), std::chrono::seconds(50));
    for (int i = 0; i < 1000; ++i) const PluginStage stage(turner(), "sample", {"hem/a.png"});
  }
  EXPECT_TRUE(told.at_least(0).empty());
}

TEST(PluginWatch, TakesItsPatienceFromTheEnvironment) {
  ::unsetenv("ASSAY_PLUGIN_PATIENCE");
  EXPECT_EQ(PluginWatch::patience_of_environment(), std::chrono::seconds(60));
  ::setenv("ASSAY_PLUGIN_PATIENCE", "2.5", 1);
  EXPECT_EQ(PluginWatch::patience_of_environment(), std::chrono::milliseconds(2500));
  for (const char* wrong : {"", "soon", "-1", "3 s", "nan"}) {
    ::setenv("ASSAY_PLUGIN_PATIENCE", wrong, 1);
    EXPECT_THROW(PluginWatch::patience_of_environment(), InvalidInput) << wrong;
  }
  ::unsetenv("ASSAY_PLUGIN_PATIENCE");
}

TEST(CrashReport, NamesThePluginAtWorkAndDiesOfTheSameSignal) {
  const auto crash = [](int signal_number) {
    const PluginWatch watch(ignore);
    const PluginStage stage(turner(), "sample", {"hem/a.png", 1, 3, 1});
    std::raise(signal_number);
  };
  const std::string report =
      " in augmentation 'turner'\n  library: /lib/turner.so\n  stage:   sample\n"
      "  sample:  hem/a.png \\(epoch 3, draw 1\\)\n"
      "The fault is most likely the plugin's. To try it alone, stage by stage: runner plugins certify /lib/turner.so\n";
  EXPECT_EXIT(crash(SIGSEGV), Dies(SIGSEGV), "runner crashed by SIGSEGV.*" + report);
  EXPECT_EXIT(crash(SIGABRT), Dies(SIGABRT), "runner crashed by SIGABRT.*" + report);
  EXPECT_EXIT(crash(SIGFPE), Dies(SIGFPE), "runner crashed by SIGFPE.*" + report);
}

TEST(CrashReport, NamesThePluginsOfOtherThreadsWhenTheCrashIsOutside) {
  const auto crash = [] {
    const PluginWatch watch(ignore);
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::atomic<bool> inside{false};
    const std::jthread other([&] {
      const PluginStage stage(turner(), "features", {"hem/a.png", 32});
      inside = true;
      const std::lock_guard waits_for_ever(mutex);
    });
    while (!inside) std::this_thread::yield();
    std::raise(SIGSEGV);
  };
  EXPECT_EXIT(crash(), Dies(SIGSEGV),
              "on a thread that was in no plugin\nat work on another thread: augmentation 'turner'\n.*\n"
              "  stage:   features\n  samples: 32, the first is hem/a.png\n");
}

TEST(CrashReport, KeepsTheEndOfALongName) {
  const auto crash = [] {
    const PluginWatch watch(ignore);
    const std::string name = std::string(1000, 'x') + "/a.png";
    const PluginStage stage(turner(), "sample", {name});
    std::raise(SIGSEGV);
  };
  EXPECT_EXIT(crash(), Dies(SIGSEGV), "sample:  x{241}/a.png\n");
}

/// The name of a plugin in memory that is gone.
const PluginName& forget(const PluginName& name) {
  void* page = ::mmap(nullptr, sizeof(PluginName), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const PluginName* copy = new (page) PluginName(name);
  ::mprotect(page, sizeof(PluginName), PROT_NONE);
  return *copy;
}

TEST(CrashReport, EndsTheProcessThoughItsNotesAreSpoilt) {
  const auto crash = [](int signal_number) {
    ::alarm(60);  // it must not wait for ever
    const PluginWatch watch(ignore);
    const PluginStage stage(forget(turner()), "sample", {"hem/a.png"});
    std::raise(signal_number);
  };
  EXPECT_EXIT(crash(SIGSEGV), Dies(SIGSEGV), "runner crashed by SIGSEGV");
  EXPECT_EXIT(crash(SIGABRT), Dies(SIGSEGV), "runner crashed by SIGABRT");
}

TEST(CrashReport, LeavesTheSignalsAsTheyWere) {
  const auto before = std::signal(SIGFPE, SIG_IGN);
  { const PluginWatch watch(ignore); }
  EXPECT_EQ(std::signal(SIGFPE, before), SIG_IGN);
}

}  // namespace
}  // namespace assay
