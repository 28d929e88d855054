// `resume`: goes on with a run that was interrupted, failed or crashed.
#include "assay/error.h"
#include "assay/registry/queries.h"
#include "assay/toml_file.h"
#include "commands.h"
#include "conduct.h"
#include "feature_plan.h"
#include "job.h"
#include "provenance.h"

namespace assay {
namespace {

// Found out before the data set is opened and the model made: a wrong number is answered at once.
void check_can_go_on(const RunDetails& run) {
  const std::string number = std::to_string(run.summary.number);
  if (run.summary.state == RunState::completed) {
    throw InvalidInput("run " + number + " (" + run.summary.name +
                       ") is finished; there is nothing to resume. To train further, start a new run of its experiment "
                       "with more epochs: runner run " +
                       (run.folder / "experiment.toml").string() + " --set training.epochs=N");
  }
  if (run.summary.state == RunState::running) {
    throw InvalidInput("run " + number + " (" + run.summary.name + ") is being trained by another process");
  }
}

}  // namespace

std::int64_t resume_run(const ResumeRequest& request, Console& console) {
  const Registry registry = Registry::open(request.registry, OpenMode::write);
  const RunReference reference = find_run(registry, request.run);
  const RunDetails details = run_details(registry, reference.number);
  check_can_go_on(details);
  Checkpoints checkpoints(details.folder);
  const std::optional<CheckpointManifest> manifest = checkpoints.manifest();
  const std::string origin = "the experiment of run " + std::to_string(reference.number);
  Job job = open_job(experiment_from_resolved(parse_toml(details.experiment, origin)), manifest, console);
  const FeaturePlan plan = plan_features(job);
  RunWriter writer = RunWriter::resume(registry, reference.number, run_start(job, plan, details.environment.command));
  tell_run(writer, registry, job, console);
  if (!manifest) console.say("it stopped before its first checkpoint and begins again");
  conduct(job, plan, writer, checkpoints, manifest, console);
  return writer.number();
}

}  // namespace assay
