#include "plugins_bench.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <exception>

#include "assay/certify.h"
#include "assay/error.h"
#include "assay/learn/backbone.h"
#include "assay/plugin_host.h"
#include "assay/plugin_stage.h"

namespace assay::bench {
namespace {

using Clock = std::chrono::steady_clock;

/// Milliseconds until every plugin beside the runner is open and checked.
double load_all() {
  const auto begun = Clock::now();
  const std::filesystem::path runner = ASSAY_RUNNER;
  const PluginCatalog catalog({runner.parent_path().parent_path() / "lib/assay/plugins"});
  if (catalog.plugins().empty()) throw Failure("there are no built-in plugins to load");
  for (const PluginDescription& plugin : catalog.plugins()) open_plugin(plugin, ASSAY_BUILD_ID);
  return std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
}

/// Ends the process whatever happens: an exception must not run on as a second copy of the bench.
[[noreturn]] void send_load_time(int pipe_end) {
  try {
    const double milliseconds = load_all();
    _exit(write(pipe_end, &milliseconds, sizeof(milliseconds)) == sizeof(milliseconds) ? 0 : 1);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    _exit(1);
  }
}

/// The same in a process of its own, since a library is opened once in a process.
double load_all_in_another_process() {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) throw Failure("no pipe");
  const pid_t process = fork();
  if (process == 0) {
    send_load_time(ends[1]);
  }
  close(ends[1]);
  double milliseconds = 0;
  const bool read_all = read(ends[0], &milliseconds, sizeof(milliseconds)) == sizeof(milliseconds);
  close(ends[0]);
  waitpid(process, nullptr, 0);
  if (!read_all) throw Failure("loading the plugins in another process failed");
  return milliseconds;
}

Row loading_row() {
  std::vector<double> milliseconds;
  for (int i = 0; i < 11; ++i) milliseconds.push_back(load_all_in_another_process());
  const double middle = median(milliseconds);
  return {"loading all built-in plugins, LibTorch being open", "ms", middle, "", 0, "under 100 ms", middle < 100};
}

Row noting_row() {
  const PluginName& plugin = plugin_name("augmentation", "bench", "");
  const std::string sample = "fold_0/all/UID_H12_34_5_all.bmp";
  constexpr int kCalls = 1000;
  const double seconds = seconds_per_call([&] {
    for (int i = 0; i < kCalls; ++i) const PluginStage stage(plugin, "sample", {sample, 1, i, 0});
  });
  const double each = 1e9 * seconds / kCalls;
  return {"noting which plugin works on which sample", "ns", each, "", 0, "under 100 ns", each < 100};
}

}  // namespace

std::vector<Row> bench_plugins() { return {loading_row(), noting_row()}; }

}  // namespace assay::bench
