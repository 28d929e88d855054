// The commands of runner. Each function adds one command with its options, its help and what it does to the command
// line; a command's file holds all that belongs to it.
#pragma once

#include <CLI/CLI.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace assay {

/// What every command may need to know.
struct Invocation {
  std::string command_line;                       ///< as typed, for the record
  std::optional<std::filesystem::path> registry;  ///< --registry
};

/// An experiment as the command line names it: the arguments of read_experiment.
struct ExperimentArguments {
  std::filesystem::path file;
  std::vector<std::string> settings;
};

/// Adds the experiment's file and --set to a command.
void add_experiment_arguments(CLI::App& command, ExperimentArguments& arguments);

/// Adds --registry to a command.
void add_registry_option(CLI::App& command, Invocation& invocation);

/// The registry's file by --registry, ASSAY_REGISTRY, or the nearest runs/registry.db.
std::filesystem::path registry_file(const Invocation& invocation);

void add_run(CLI::App& app, Invocation& invocation);
void add_resume(CLI::App& app, Invocation& invocation);
void add_evaluate(CLI::App& app, Invocation& invocation);
void add_predict(CLI::App& app, Invocation& invocation);
void add_export(CLI::App& app, Invocation& invocation);
void add_check(CLI::App& app, Invocation& invocation);
void add_dataset(CLI::App& app, Invocation& invocation);
void add_cache(CLI::App& app, Invocation& invocation);
void add_plugins(CLI::App& app, Invocation& invocation);
void add_schema(CLI::App& app, Invocation& invocation);
void add_reference(CLI::App& app, Invocation& invocation);
/// A command of `plugins`.
void add_certify(CLI::App& plugins);
void add_list(CLI::App& app, Invocation& invocation);
void add_show(CLI::App& app, Invocation& invocation);
void add_compare(CLI::App& app, Invocation& invocation);
void add_history(CLI::App& app, Invocation& invocation);

}  // namespace assay
