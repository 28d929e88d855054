// runner: the command line. Turns what is typed into calls and exceptions into exit codes: 0 done, 1 failed while
// running, 2 wrong input, 130 and 143 stopped by Ctrl-C and SIGTERM.
#include <algorithm>
#include <iostream>

#include "assay/fields.h"
#include "assay/registry/registry.h"
#include "commands.h"

namespace assay {
namespace {

constexpr const char* kDescription =
    "Trains and compares image classifiers.\n"
    "  runner EXPERIMENT.toml     trains, evaluates and records what the file describes\n"
    "  runner list                shows what was recorded\n"
    "A RUN is its number, the first six or more characters of its uuid, its name (the newest of that name), name@2,\n"
    "latest or latest~1; ':best' or ':last' behind it chooses the checkpoint.";

std::string joined(const std::vector<std::string>& arguments) {
  std::string line = "runner";
  for (const std::string& argument : arguments) line += " " + argument;
  return line;
}

/// "runner x.toml" is short for "runner run x.toml"; any other first word must be a command.
void name_the_command(std::vector<std::string>& arguments, const CLI::App& app) {
  if (arguments.empty() || arguments.front().starts_with("-")) return;
  if (arguments.front().ends_with(".toml")) {
    arguments.insert(arguments.begin(), "run");
    return;
  }
  std::vector<std::string> commands;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    commands.push_back(command->get_name());
  }
  if (std::find(commands.begin(), commands.end(), arguments.front()) == commands.end()) {
    throw InvalidInput("there is no command '" + arguments.front() + "'" + did_you_mean(arguments.front(), commands) +
                       " (runner --help)");
  }
}

void add_commands(CLI::App& app, Invocation& invocation) {
  add_run(app, invocation);
  add_check(app, invocation);
  add_resume(app, invocation);
  add_list(app, invocation);
  add_show(app, invocation);
  add_compare(app, invocation);
  add_history(app, invocation);
  add_evaluate(app, invocation);
  add_predict(app, invocation);
  add_export(app, invocation);
  add_dataset(app, invocation);
  add_cache(app, invocation);
  add_plugins(app, invocation);
  add_schema(app, invocation);
  add_reference(app, invocation);
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("Assay ") + ASSAY_VERSION);
}

int run_command_line(std::vector<std::string> arguments) {
  CLI::App app(kDescription, "runner");
  Invocation invocation;
  invocation.command_line = joined(arguments);
  add_commands(app, invocation);
  name_the_command(arguments, app);
  try {
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return 0;
}

int exit_code_of(std::vector<std::string> arguments) {
  try {
    return run_command_line(std::move(arguments));
  } catch (const InvalidInput& error) {
    std::cerr << error.what() << "\n";
    return 2;
  } catch (const Interrupted& interrupted) {
    return 128 + interrupted.signal_number;
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << "\n";
    return 1;
  }
}

}  // namespace

void add_experiment_arguments(CLI::App& command, ExperimentArguments& arguments) {
  command.add_option("experiment", arguments.file, "the experiment's TOML file")->required();
  command
      .add_option("--set", arguments.settings,
                  "change a key: training.epochs=20, augmentation.crop.min_area=0.5; may be repeated")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_registry_option(CLI::App& command, Invocation& invocation) {
  command.add_option("--registry", invocation.registry,
                     "the registry's file (default: ASSAY_REGISTRY, else the nearest runs/registry.db upwards)");
}

std::filesystem::path registry_file(const Invocation& invocation) { return Registry::locate(invocation.registry); }

}  // namespace assay

int main(int argc, char** argv) { return assay::exit_code_of({argv + 1, argv + argc}); }
