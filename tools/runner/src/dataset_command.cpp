// dataset: what an experiment's images are, before anything is trained on them. Counts them, lists groups, writes the
// split as a manifest and draws a sheet of what training will see.
#include <iostream>

#include "assay/error.h"
#include "commands.h"
#include "dataset_json.h"
#include "dataset_text.h"
#include "framework_library.h"
#include "long_work.h"
#include "shell_word.h"

namespace assay {
namespace {

struct DatasetCommandOptions {
  ExperimentArguments experiment;
  bool groups = false;
  bool json = false;
  std::optional<std::filesystem::path> manifest;
  std::optional<std::filesystem::path> sheet;
  ContactSheetRequest sheet_request;
};

/// Found before the images are read, which may take minutes.
void refuse_existing(const std::optional<std::filesystem::path>& file, const std::string& option) {
  std::error_code error;
  if (file && std::filesystem::exists(*file, error)) {
    throw InvalidInput(option + ": " + file->string() + " exists already; remove it, or give another name");
  }
}

Progress progress_on(Console& console) {
  return [&console](const char* what, std::int64_t done, std::int64_t total) {
    if (!console.progress_due()) return;
    console.progress(what + (": " + std::to_string(done) + " of " + std::to_string(total)));
  };
}

void print(const Dataset& dataset, const DatasetCommandOptions& options) {
  const DatasetCounts counts = count(dataset);
  if (options.json) {
    // Names of files may be in any encoding; JSON is UTF-8.
    std::cout << json_of(dataset, counts).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
    return;
  }
  print_overview(dataset, counts, std::cout);
  if (options.groups) print_groups(dataset, counts, std::cout);
}

void write_manifest(const Dataset& dataset, const std::filesystem::path& file, Console& console) {
  data_library().write_manifest(dataset, file);
  console.say("the split is in " + file.string() + "; use it with --set dataset.path=" + shell_word(file.string()) +
              " --set dataset.split=split --set dataset.group.column=group");
}

void show_dataset(const DatasetCommandOptions& options) {
  refuse_existing(options.manifest, "--manifest");
  refuse_existing(options.sheet, "--sheet");
  LongWork work;
  Console& console = work.console;
  const Experiment experiment = read_experiment(options.experiment.file, options.experiment.settings);
  const Dataset dataset = data_library().open_dataset(experiment.dataset, progress_on(console));
  console.end_progress();
  for (const std::string& warning : dataset.warnings) console.warn(warning);
  print(dataset, options);
  std::cout.flush();
  if (options.manifest) write_manifest(dataset, *options.manifest, console);
  if (options.sheet) {
    ContactSheetRequest request = options.sheet_request;
    request.file = *options.sheet;
    data_library().draw_contact_sheet(experiment, dataset, request, progress_on(console));
    console.end_progress();
    console.say("the contact sheet is in " + options.sheet->string());
  }
}

}  // namespace

void add_dataset(CLI::App& app, Invocation&) {
  auto options = std::make_shared<DatasetCommandOptions>();
  CLI::App* command =
      app.add_subcommand("dataset", "count an experiment's images, write its split, draw what training sees");
  add_experiment_arguments(*command, options->experiment);
  command->add_flag("--groups", options->groups, "list every group (patient) with its split and images");
  command->add_option("--manifest", options->manifest, "write images, groups and splits to a new CSV file")
      ->type_name("FILE.csv");
  auto* sheet =
      command->add_option("--sheet", options->sheet, "draw samples and their augmented views to a new PNG file")
          ->type_name("FILE.png");
  command->add_option("--samples", options->sheet_request.samples, "samples of each class on the sheet")
      ->capture_default_str()
      ->check(CLI::Range(1, 100))
      ->needs(sheet);
  command->add_option("--views", options->sheet_request.views, "augmented views of each sample on the sheet")
      ->capture_default_str()
      ->check(CLI::Range(1, 50))
      ->needs(sheet);
  command->add_flag("--json", options->json, "print everything as JSON");
  command->callback([options] { show_dataset(*options); });
}

}  // namespace assay
