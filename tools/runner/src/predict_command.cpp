// predict: a run's model, or an exported one, on images.
#include <iostream>

#include "assay/error.h"
#include "commands.h"
#include "framework_library.h"
#include "long_work.h"
#include "prediction_output.h"

namespace assay {
namespace {

struct PredictOptions {
  std::string model;
  std::vector<std::filesystem::path> paths;
  std::optional<std::filesystem::path> out;
  bool json = false;
  bool csv = false;
};

PredictRequest request_of(const PredictOptions& options, const Invocation& invocation) {
  PredictRequest request{options.model, registry_file(invocation), {}, {}};
  for (const std::filesystem::path& path : options.paths) {
    if (path.extension() == ".toml") {
      request.datasets.push_back(read_experiment(path, {}).dataset);
    } else {
      request.paths.push_back(path);
    }
  }
  return request;
}

void predict_into_file(const PredictRequest& request, const std::filesystem::path& file, Console& console) {
  PredictionFile out(file);
  const auto tell = [&] {
    if (!out.is_open()) return;
    console.say(std::to_string(out.written()) + (out.written() == 1 ? " prediction" : " predictions") + " added to " +
                file.string());
  };
  try {
    learn_library().predict(request, console, out);
  } catch (const Interrupted&) {
    console.end_progress();
    tell();
    console.say("the same command goes on with the rest");
    throw;
  } catch (const InvalidInput&) {
    tell();
    throw;
  }
  tell();
}

void predict(const PredictOptions& options, const Invocation& invocation) {
  // Read before LibTorch is opened: a mistyped key is told in milliseconds.
  const PredictRequest request = request_of(options, invocation);
  LongWork work;
  if (options.out) {
    predict_into_file(request, *options.out, work.console);
    return;
  }
  const PredictionFormat format = options.json  ? PredictionFormat::json_lines
                                  : options.csv ? PredictionFormat::csv
                                                : PredictionFormat::table;
  const auto sink = print_predictions(format);
  learn_library().predict(request, work.console, *sink);
}

}  // namespace

void add_predict(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<PredictOptions>();
  CLI::App* command = app.add_subcommand("predict", "apply a model to images and folders of images");
  command->footer(
      "Images that can't be read are listed at the end, when all others are done; the exit code is then 2.\n"
      "With --out a stopped prediction goes on when the command is typed again: images that the file holds are left "
      "out,\n"
      "unless their size or time has changed. With one output for each class there is a column probability_<class> "
      "each.");
  command
      ->add_option("model", options->model,
                   "the RUN (its best checkpoint unless ':last' is said), or the folder of an exported model")
      ->required();
  command
      ->add_option("paths", options->paths,
                   "images, folders, manifests (.csv with a column 'path'), and experiments (.toml), whose sources "
                   "with split = \"none\" are meant")
      ->required();
  auto* out = command->add_option("-o,--out", options->out,
                                  "write comma-separated values into this file as they come, and go on with it");
  auto* json = command->add_flag("--json", options->json, "one JSON object a line")->excludes(out);
  command->add_flag("--csv", options->csv, "comma-separated values with a heading")->excludes(json)->excludes(out);
  add_registry_option(*command, invocation);
  command->callback([options, &invocation] { predict(*options, invocation); });
}

}  // namespace assay
