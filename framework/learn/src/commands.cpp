#include "commands.h"

#include <c10/util/Exception.h>

#include "assay/error.h"
#include "certify_plugin.h"

namespace assay {
namespace {

// LibTorch's errors carry a backtrace in their text; a user gets the sentence.
template <auto command, class... Arguments>
auto with_plain_errors(Arguments... arguments) {
  try {
    return command(arguments...);
  } catch (const c10::Error& error) {
    throw Failure(std::string("LibTorch: ") + error.what_without_backtrace());
  }
}

}  // namespace

extern "C" const LearnCommands* assay_learn_commands() {
  static constexpr LearnCommands commands{
      &with_plain_errors<run_experiment, const RunRequest&, Console&>,
      &with_plain_errors<resume_run, const ResumeRequest&, Console&>,
      &with_plain_errors<evaluate_run, const EvaluateRequest&, Console&>,
      &with_plain_errors<predict_images, const PredictRequest&, Console&, PredictionSink&>,
      &with_plain_errors<export_run, const ExportRequest&, Console&>,
      &with_plain_errors<certify_model_plugin, const CertifyRequest&, const CertifySink&>};
  return &commands;
}

}  // namespace assay
