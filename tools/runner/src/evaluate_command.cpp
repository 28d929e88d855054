// evaluate: a run's model on another data set.
#include <algorithm>
#include <cctype>
#include <iostream>

#include "assay/error.h"
#include "assay/registry/external_evaluation.h"
#include "commands.h"
#include "evaluation_remarks.h"
#include "framework_library.h"
#include "long_work.h"
#include "run_json.h"
#include "run_tables.h"
#include "run_text.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

struct EvaluateOptions {
  std::string run;
  fs::path place;
  std::string name;
  std::vector<std::string> settings;
  std::vector<std::string> classes;
  std::optional<std::string> group;
  std::optional<std::string> on_bad_image;
  bool without_known = false;
  bool json = false;
};

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    parts.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

/// malignant=early,pre,pro
std::map<std::string, std::vector<std::string>> class_names(const std::vector<std::string>& arguments) {
  std::map<std::string, std::vector<std::string>> classes;
  for (const std::string& argument : arguments) {
    const std::size_t equal = argument.find('=');
    if (equal == 0 || equal == std::string::npos || equal + 1 == argument.size()) {
      throw InvalidInput("--classes " + argument +
                         ": expected CLASS=NAME[,NAME], the run's class and what it is called "
                         "there, as in malignant=early,pre,pro");
    }
    for (std::string& name : split_at_commas(argument.substr(equal + 1))) {
      classes[argument.substr(0, equal)].push_back(std::move(name));
    }
  }
  return classes;
}

/// A name from a path: what can't be in one becomes '_'.
std::string name_from(const fs::path& path) {
  fs::path stem = fs::absolute(path).lexically_normal();
  stem = stem.has_filename() ? stem : stem.parent_path();
  std::string name = fs::is_directory(path) ? stem.filename().string() : stem.stem().string();
  std::replace_if(
      name.begin(), name.end(),
      [](unsigned char c) { return c >= 0x80 || (std::isalnum(c) == 0 && c != '_' && c != '-'); }, '_');
  return name;
}

void check_place(const EvaluateOptions& options, bool is_experiment) {
  if (!fs::exists(options.place)) {
    throw InvalidInput("there is no folder, manifest or experiment " + options.place.string());
  }
  if (!is_experiment && !options.settings.empty()) {
    throw InvalidInput("--set changes keys of an experiment, and " + options.place.string() +
                       " is none; for a folder or manifest there are --classes, --group and --on-bad-image");
  }
  if (is_experiment && (options.group || options.on_bad_image)) {
    throw InvalidInput(
        "--group and --on-bad-image are for folders and manifests; an experiment says so itself: --set "
        "dataset.group.pattern='(P\\d+)_', --set dataset.on_bad_image=skip");
  }
}

DatasetOptions dataset_of_place(const EvaluateOptions& options) {
  DatasetOptions dataset;
  dataset.path = fs::absolute(options.place).lexically_normal().string();
  if (options.group) {
    dataset.group = GroupOptions{};
    dataset.group->pattern = options.group;
  }
  dataset.on_bad_image = options.on_bad_image.value_or("stop");
  return dataset;
}

EvaluateRequest request_of(const EvaluateOptions& options, const Invocation& invocation) {
  const bool is_experiment = options.place.extension() == ".toml";
  check_place(options, is_experiment);
  EvaluateRequest request{options.run,
                          registry_file(invocation),
                          options.name.empty() ? name_from(options.place) : options.name,
                          fs::absolute(options.place).lexically_normal().string(),
                          {},
                          class_names(options.classes),
                          options.without_known};
  if (is_experiment) {
    const Experiment experiment = read_experiment(options.place, options.settings);
    request.dataset = experiment.dataset;
    if (options.name.empty()) request.name = experiment.name;
  } else {
    request.dataset = dataset_of_place(options);
  }
  check_evaluation_name(request.name);
  return request;
}

const EvaluationRecord& evaluation_named(const RunDetails& run, const std::string& split) {
  return *std::find_if(run.evaluations.begin(), run.evaluations.end(),
                       [&](const EvaluationRecord& evaluation) { return evaluation.split == split; });
}

void print_evaluation(const Registry& registry, const RunDetails& run, const EvaluationRecord& evaluation) {
  std::cout << label_of(run.summary) << "\n" << evaluation_text(evaluation) << "\n\n";
  print_figures(run, run.latest, {"test", evaluation.split});
  print_confusion(registry, run, evaluation.split);
  if (run.threshold) {
    std::cout << "\n'" << run.positive << "' from probability " << figure_text(*run.threshold)
              << (is_fixed_threshold(run) ? " on, as the run's experiment set it\n"
                                          : " on, chosen on the run's own validation images\n");
  }
  for (const std::string& remark : evaluation_remarks(registry, run, evaluation)) {
    std::cout << "remark: " << remark << "\n";
  }
}

void evaluate(const EvaluateOptions& options, const Invocation& invocation) {
  // Read before LibTorch is opened: a mistyped key is told in milliseconds.
  const EvaluateRequest request = request_of(options, invocation);
  LongWork work;
  const std::int64_t number = learn_library().evaluate(request, work.console);
  const Registry registry = Registry::open(request.registry, OpenMode::read);
  const RunDetails run = run_details(registry, number);
  const EvaluationRecord& evaluation = evaluation_named(run, std::string(kExternalPrefix) + request.name);
  if (options.json) {
    print_json(evaluation_json(registry, run, evaluation));
  } else {
    print_evaluation(registry, run, evaluation);
  }
}

}  // namespace

void add_evaluate(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<EvaluateOptions>();
  CLI::App* command = app.add_subcommand("evaluate", "judge a finished run's model on another data set");
  command->footer(
      "All images of the data set are used, whatever split they have there. They are prepared as the run prepares its\n"
      "own, but for masked parts, which are the data set's; the threshold is the run's. Figures, intervals and every\n"
      "prediction are recorded under the split external.NAME, and stand beside 'test' in `runner show`.\n"
      "Images that the run was trained or chosen on are refused, with a list.\n\n"
      "  runner evaluate latest /data/cnmc --classes malignant=all healthy=hem --group 'UID_(H?\\d+)_'\n"
      "  runner evaluate latest experiments/cnmc.toml --set dataset.path=/data/cnmc");
  command->add_option("run", options->run, "the RUN, finished; its best checkpoint unless ':last' is said")->required();
  command
      ->add_option(
          "data", options->place,
          "a folder (one folder a class), a manifest (.csv), or an experiment (.toml), of which [dataset] counts")
      ->required();
  command->add_option("--as", options->name,
                      "name of the evaluation (default: the folder's, the manifest's or the experiment's); one of this "
                      "name is replaced");
  command
      ->add_option("--classes", options->classes,
                   "the run's classes and what they are called there: malignant=early,pre,pro healthy=benign (default: "
                   "names that the run knows)")
      ->type_name("CLASS=NAME[,NAME]");
  command->add_option("--group", options->group,
                      "for a folder or manifest: regular expression on the path that finds the patient (default: the "
                      "manifest's column 'group', else each image)");
  command->add_option("--on-bad-image", options->on_bad_image, "for a folder or manifest: stop, or skip and count")
      ->check(CLI::IsMember({"stop", "skip"}));
  command->add_flag("--without-known", options->without_known,
                    "leave out images that the run was trained or chosen on, and count them");
  command->add_option("--set", options->settings, "change a key of the experiment; may be repeated")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_flag("--json", options->json, "one JSON object: split, metrics, intervals, remarks[], ...");
  add_registry_option(*command, invocation);
  command->callback([options, &invocation] { evaluate(*options, invocation); });
}

}  // namespace assay
