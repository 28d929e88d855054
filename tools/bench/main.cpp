// assay_bench: measures and prints one table; see tools/bench/run.
#include <CLI/CLI.hpp>

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "commands_bench.h"
#include "plugins_bench.h"
#include "scan_bench.h"
#include "training_bench.h"

int main(int argc, char** argv) {
  using namespace assay::bench;
  CLI::App app("Measures Assay against its goals and peers, on this machine, in this run.");
  std::vector<std::string> parts = {"commands", "plugins", "scan", "cached", "uncached", "cache"};
  std::filesystem::path json;
  app.add_option("parts", parts, "commands, plugins, scan, cached, uncached, cache; default: all");
  app.add_option("--json", json, "also write the rows to this file");
  CLI11_PARSE(app, argc, argv);

  const auto scratch = std::filesystem::temp_directory_path() / "assay_bench";
  std::filesystem::remove_all(scratch);
  // A cache of its own: what earlier runs have kept would make the first run look too fast.
  setenv("ASSAY_CACHE", (scratch / "cache").c_str(), /*overwrite=*/1);
  std::vector<Row> rows;
  try {
    for (const std::string& part : parts) {
      const auto folder = scratch / part;
      std::filesystem::create_directories(folder);
      if (part == "commands") {
        for (const Row& row : bench_commands(folder)) rows.push_back(row);
      }
      if (part == "plugins") {
        for (const Row& row : bench_plugins()) rows.push_back(row);
      }
      if (part == "scan") {
        for (const Row& row : bench_scan(folder)) rows.push_back(row);
      }
      if (part == "cached") rows.push_back(bench_cached_step(folder));
      if (part == "uncached") rows.push_back(bench_uncached_step(folder));
      if (part == "cache") rows.push_back(bench_feature_cache(folder));
    }
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << "\n";
    return 1;
  }
  print(rows);
  if (!json.empty()) write_json(rows, json);
  std::filesystem::remove_all(scratch);
  return 0;
}
