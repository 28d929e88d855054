// export: a run's model as a folder that can be handed on.
#include "commands.h"
#include "framework_library.h"
#include "long_work.h"

namespace assay {
namespace {

struct ExportOptions {
  std::string run;
  std::filesystem::path folder;
};

}  // namespace

void add_export(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command = app.add_subcommand("export", "write a run's model as a folder for others");
  command->footer(
      "The folder holds the weights (safetensors, by the names of timm where it has the network), model.json "
      "(classes,\n"
      "threshold, preprocessing, SHA-256 of the files), experiment.toml, TorchScript (model.pt) and a model card\n"
      "(README.md) with a Python program. `runner predict DIR IMAGE...` needs neither the registry nor the data.");
  command->add_option("run", options->run, "the RUN, finished; its best checkpoint unless ':last' is said")->required();
  command->add_option("--model", options->folder, "the folder to make")->required()->type_name("DIR");
  add_registry_option(*command, invocation);
  command->callback([options, &invocation] {
    LongWork work;
    learn_library().export_model({options->run, registry_file(invocation), options->folder}, work.console);
  });
}

}  // namespace assay
