// Commands that only read answer at once: they are what a researcher types all day.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>

#include "query_registry.h"
#include "runner_process.h"

namespace assay {
namespace {

struct Cost {
  double wall_ms = 1e9;
  double processor_ms = 1e9;
};

double processor_ms_of_children() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  const auto ms = [](const timeval& time) {
    return 1e3 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_usec);
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

/// The cheapest of five whole processes.
Cost cost_of(const std::vector<std::string>& arguments, const std::filesystem::path& folder) {
  Cost cost;
  for (int i = 0; i < 5; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const double before = processor_ms_of_children();
    const Outcome outcome = run_runner(arguments, folder);
    const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - begin;
    EXPECT_EQ(0, outcome.exit_code) << outcome.err;
    cost.wall_ms = std::min(cost.wall_ms, wall.count());
    cost.processor_ms = std::min(cost.processor_ms, processor_ms_of_children() - before);
  }
  return cost;
}

TEST(Queries, TakeUnderFiftyMillisecondsOnAThousandRuns) {
  const std::filesystem::path folder = fresh_folder();
  write_thousand_runs(folder / "runs" / "registry.db");
  const std::vector<std::vector<std::string>> commands = {{"list"},
                                                          {"list", "--json"},
                                                          {"show", "latest"},
                                                          {"show", "run_500", "--json"},
                                                          {"compare", "1", "run_500", "latest"},
                                                          {"history", "latest"},
                                                          {"history", "500", "--csv"}};
  for (const auto& arguments : commands) {
    const Cost cost = cost_of(arguments, folder);
    std::string line;
    for (const std::string& argument : arguments) line += argument + " ";
    std::printf("%-28s %.1f ms, %.1f ms of processor time\n", line.c_str(), cost.wall_ms, cost.processor_ms);
    // Processor time, so that other work on the machine doesn't fail the test; a sanitizer takes its share.
    EXPECT_LT(cost.processor_ms, std::string(ASSAY_SANITIZER) == "none" ? 50.0 : 1000.0) << line;
  }
}

TEST(Queries, LoadNeitherLibTorchNorOpenCv) {
  const std::filesystem::path folder = fresh_folder();
  record_query_run(folder / "runs" / "registry.db", query_run("one"));
  record_query_run(folder / "runs" / "registry.db", query_run("two"));
  const std::vector<std::vector<std::string>> commands = {
      {"list"}, {"show", "1"}, {"compare", "1", "2"}, {"history", "1"}};
  for (const auto& arguments : commands) {
    // The dynamic linker names every library that it opens, at the start or later.
    const Outcome outcome = run_runner(arguments, folder, {{"LD_DEBUG", "files"}});
    EXPECT_NE(std::string::npos, outcome.err.find("libsqlite3")) << "LD_DEBUG said nothing";
    for (const std::string library : {"libtorch", "libc10", "libopencv", "libassay_learn", "libassay_data"}) {
      EXPECT_EQ(std::string::npos, outcome.err.find(library)) << arguments[0] << " opens " << library;
    }
  }
}

}  // namespace
}  // namespace assay
