// predict: a run's model on images, one line each.
#include <nlohmann/json.hpp>

#include <cstdio>
#include <iostream>

#include "assay/interrupt.h"
#include "commands.h"
#include "framework_library.h"

namespace assay {
namespace {

enum class Format { table, json_lines, csv };

struct PredictOptions {
  std::string run;
  std::vector<std::filesystem::path> paths;
  bool json = false;
  bool csv = false;
};

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string number_text(double value) { return nlohmann::json(value).dump(); }

void print_json(const PredictedImage& image) {
  nlohmann::ordered_json line = {
      {"path", image.path},         {"predicted", image.predicted}, {"probability", image.probability},
      {"positive", image.positive}, {"threshold", image.threshold}, {"run", image.run}};
  if (image.probabilities.size() > 2) line["probabilities"] = image.probabilities;
  std::cout << line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
}

void print_csv(const PredictedImage& image) {
  std::cout << csv_field(image.path) << ',' << csv_field(image.predicted) << ',' << number_text(image.probability)
            << ',' << csv_field(image.positive) << ',' << number_text(image.threshold) << ',' << image.run << "\n";
}

void print_row(const PredictedImage& image) {
  std::printf("%-12s %7.4f  %s\n", image.predicted.c_str(), image.probability, image.path.c_str());
}

void print_heading(const PredictedImage& image) {
  if (image.positive.empty()) {
    std::printf("predicted    probability of the predicted class, image\n");
  } else {
    std::printf("predicted    probability of %s (from %.4f on: %s), image\n", image.positive.c_str(), image.threshold,
                image.positive.c_str());
  }
}

void print(const PredictedImage& image, Format format, bool first) {
  switch (format) {
    case Format::json_lines:
      return print_json(image);
    case Format::csv:
      if (first) std::cout << "path,predicted,probability,positive,threshold,run\n";
      return print_csv(image);
    case Format::table:
      if (first) print_heading(image);
      return print_row(image);
  }
}

void predict(const PredictOptions& options, const Invocation& invocation) {
  const Format format = options.json ? Format::json_lines : options.csv ? Format::csv : Format::table;
  const InterruptScope interrupts;
  Console console;
  bool first = true;
  learn_library().predict({options.run, registry_file(invocation), options.paths}, console,
                          [&](const PredictedImage& image) {
                            print(image, format, first);
                            first = false;
                          });
  std::fflush(stdout);
  std::cout.flush();
}

}  // namespace

void add_predict(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<PredictOptions>();
  CLI::App* command = app.add_subcommand("predict", "apply a run's model to images and folders of images");
  command->add_option("run", options->run, "the RUN; its best checkpoint unless ':last' is said")->required();
  command->add_option("paths", options->paths, "images and folders")->required();
  auto* json = command->add_flag("--json", options->json, "one JSON object a line");
  command->add_flag("--csv", options->csv, "comma-separated values with a heading")->excludes(json);
  add_registry_option(*command, invocation);
  command->callback([options, &invocation] { predict(*options, invocation); });
}

}  // namespace assay
