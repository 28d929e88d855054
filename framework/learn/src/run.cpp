// `run`: from an experiment to a finished run.
#include <fstream>

#include "assay/registry/registry.h"
#include "assay/registry/run_writer.h"
#include "commands.h"
#include "conduct.h"
#include "device.h"
#include "feature_plan.h"
#include "job.h"
#include "number_text.h"
#include "provenance.h"

namespace assay {
namespace {

// A copy for people; the registry's is the one that counts.
void write_experiment(RunWriter& writer, const std::string& text) {
  const std::filesystem::path file = writer.folder() / "experiment.toml";
  std::ofstream stream(file, std::ios::binary);
  stream << text;
  stream.close();
  if (!stream) throw Failure(file.string() + " can't be written");
  writer.artifact(file, "experiment");
}

// "600 images of 24 patients: 420 train, 90 validation, 90 test".
std::string dataset_text(const Dataset& dataset) {
  std::string text = count_text(static_cast<std::int64_t>(dataset.samples.size())) + " images in " +
                     count_text(static_cast<std::int64_t>(dataset.groups.size())) + " groups:";
  for (const Split split : {Split::train, Split::validation, Split::test}) {
    text += (split == Split::train ? " " : ", ") +
            count_text(static_cast<std::int64_t>(dataset.of_split(split).size())) + ' ' + split_name(split);
  }
  return text;
}

}  // namespace

void tell_run(const RunWriter& writer, const Registry& registry, const Job& job, Console& console) {
  console.say("registry " + registry.file().string());
  console.say("run " + std::to_string(writer.number()) + " " + writer.name() + "  " + writer.folder().string());
  console.say("data " + dataset_text(job.dataset));
  console.say("on " + describe_device(job.device, job.compute_threads));
}

std::int64_t run_experiment(const RunRequest& request, Console& console) {
  Job job = open_job(request.experiment, std::nullopt, console);
  const FeaturePlan plan = plan_features(job);
  const RunStart start = run_start(job, plan, request.command);
  const Registry registry = Registry::open(request.registry, OpenMode::write);
  RunWriter writer = RunWriter::start(registry, start);
  tell_run(writer, registry, job, console);
  write_experiment(writer, start.experiment);
  Checkpoints checkpoints(writer.folder());
  conduct(job, plan, writer, checkpoints, std::nullopt, console);
  return writer.number();
}

}  // namespace assay
