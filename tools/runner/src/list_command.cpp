// list: the recorded runs, newest first.
#include <algorithm>
#include <iostream>

#include "assay/console.h"
#include "assay/registry/queries.h"
#include "commands.h"
#include "run_json.h"
#include "run_text.h"
#include "text_table.h"

namespace assay {
namespace {

struct ListOptions {
  std::int64_t limit = 0;
  bool json = false;
};

std::string best_text(const RunSummary& run) {
  return run.best ? figure_text(run.best->value) + " (epoch " + std::to_string(run.best->epoch) + ")" : "-";
}

/// The heading of the column names the metric when all runs choose by the same one.
bool same_metric(const std::vector<RunSummary>& runs) {
  return std::all_of(runs.begin(), runs.end(), [&](const RunSummary& run) { return run.select == runs[0].select; });
}

void print_table(const std::vector<RunSummary>& runs) {
  const bool one_metric = same_metric(runs);
  TextTable table({Align::right, Align::left, Align::left, Align::right, Align::left, Align::left, Align::right});
  table.add({"run", "name", "state", "epochs", "best " + (one_metric ? runs[0].select : "validation"), "started",
             "duration"});
  for (const RunSummary& run : runs) {
    const std::string metric = one_metric ? "" : run.select + " ";
    table.add({std::to_string(run.number), run.name, std::string(to_text(run.state)),
               run.epochs ? std::to_string(*run.epochs) : "-", metric + best_text(run), time_text(run.created_ms),
               duration_text(std::chrono::milliseconds(run.duration_ms))});
  }
  table.print(std::cout);
}

void list(const ListOptions& options, const Invocation& invocation) {
  const Registry registry = Registry::open(registry_file(invocation), OpenMode::read);
  const std::vector<RunSummary> runs = list_runs(registry, options.limit);
  if (options.json) {
    Json json = Json::array();
    for (const RunSummary& run : runs) {
      json.push_back(to_json(run));
    }
    print_json(json);
  } else if (runs.empty()) {
    std::cerr << "registry " << registry.file().string() << " holds no runs yet\n";
  } else {
    print_table(runs);
  }
}

}  // namespace

void add_list(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command = app.add_subcommand("list", "the recorded runs, newest first");
  command->footer(
      "Shows number, name, state, epochs, best validation value, start and duration of each run.\n"
      "States: running, completed, failed, interrupted (by Ctrl-C or SIGTERM), crashed (its process died); the last "
      "three\n"
      "go on with `runner resume RUN`. Test figures stand in `runner show RUN` and `runner compare RUN RUN`.");
  command->add_option("-n,--limit", options->limit, "only the newest so many (default: all)")
      ->check(CLI::PositiveNumber);
  command->add_flag("--json", options->json,
                    "a JSON array: name, number, uuid, state, parent, metrics.<split>.<metric>, ...");
  add_registry_option(*command, invocation);
  command->callback([options, &invocation] { list(*options, invocation); });
}

}  // namespace assay
