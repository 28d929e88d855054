// assay_bench: what tools/bench/compare starts to measure Assay from inside, and the loops that are written by hand
// with LibTorch. Each command prints one line of JSON.
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "commands_bench.h"
#include "hand_loop.h"
#include "loading_bench.h"
#include "plugins_bench.h"
#include "row.h"
#include "scan_bench.h"

namespace {

using namespace assay::bench;

struct Arguments {
  std::filesystem::path folder;
  std::filesystem::path experiment;
  std::vector<std::string> settings;
  LoadingOptions loading;
  Work work{10'661, 109, 64};
  int epochs = 3;
};

void add_experiment(CLI::App* command, Arguments& arguments) {
  command->add_option("experiment", arguments.experiment)->required();
  command->add_option("--set", arguments.settings, "key=value");
}

void add_commands(CLI::App& app, Arguments& arguments) {
  app.require_subcommand(1);
  for (const char* name : {"commands", "scan"}) {
    app.add_subcommand(name, "rows, measured in an empty folder")->add_option("folder", arguments.folder)->required();
  }
  app.add_subcommand("plugins", "rows of loading plugins");

  CLI::App* loading = app.add_subcommand("loading", "opening an experiment's images, and epochs of its loader");
  add_experiment(loading, arguments);
  loading->add_option("--epochs", arguments.loading.epochs, "that are timed, after one that isn't");
  loading->add_flag("--hash", arguments.loading.hash, "also SHA-256 of all pictures");
  add_experiment(app.add_subcommand("decoding", "decoding an experiment's images, once"), arguments);

  CLI::App* head = app.add_subcommand("hand-head", "a head on features in memory, by LibTorch");
  head->add_option("--images", arguments.work.training);
  head->add_option("--validation", arguments.work.validation);
  head->add_option("--epochs", arguments.epochs);
  CLI::App* network = app.add_subcommand("hand-network", "lite0 on an experiment's images, by LibTorch and OpenCV");
  add_experiment(network, arguments);
  network->add_option("--epochs", arguments.epochs);
}

nlohmann::ordered_json measure(const std::string& command, const Arguments& arguments) {
  if (command == "commands") return as_json(bench_commands(arguments.folder));
  if (command == "scan") return as_json(bench_scan(arguments.folder));
  if (command == "plugins") return as_json(bench_plugins());
  if (command == "loading") return bench_loading(arguments.experiment, arguments.settings, arguments.loading);
  if (command == "decoding") return bench_decoding(arguments.experiment, arguments.settings);
  const double seconds = command == "hand-head"
                             ? seconds_of_cached_epoch(arguments.work, arguments.epochs)
                             : seconds_of_uncached_epoch(arguments.experiment, arguments.settings, arguments.epochs);
  return {{"seconds_per_epoch", {seconds}}};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Measures Assay from inside; tools/bench/compare starts it.");
  Arguments arguments;
  add_commands(app, arguments);
  CLI11_PARSE(app, argc, argv);
  try {
    std::cout << measure(app.get_subcommands().front()->get_name(), arguments).dump() << "\n";
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
