// run and resume: training, from the start or from where it stopped.
#include "commands.h"
#include "framework_library.h"
#include "long_work.h"

namespace assay {
namespace {

void run_experiment(const ExperimentArguments& arguments, const Invocation& invocation) {
  // Read before LibTorch is opened: a mistyped key is told in milliseconds.
  const RunRequest request{read_experiment(arguments.file, arguments.settings), registry_file(invocation),
                           invocation.command_line};
  LongWork work;
  learn_library().run(request, work.console);
}

}  // namespace

void add_run(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<ExperimentArguments>();
  CLI::App* command = app.add_subcommand("run", "train, evaluate and record an experiment; 'run' may be left out");
  add_experiment_arguments(*command, *arguments);
  add_registry_option(*command, invocation);
  command->callback([arguments, &invocation] { run_experiment(*arguments, invocation); });
}

void add_resume(CLI::App& app, Invocation& invocation) {
  auto run = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("resume", "go on with a run that was interrupted, crashed or failed");
  command->add_option("run", *run, "the RUN")->required();
  add_registry_option(*command, invocation);
  command->callback([run, &invocation] {
    LongWork work;
    learn_library().resume({*run, registry_file(invocation)}, work.console);
  });
}

}  // namespace assay
