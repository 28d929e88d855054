#include "commands.h"

namespace assay {

extern "C" const LearnCommands* assay_learn_commands() {
  static constexpr LearnCommands commands{&run_experiment, &resume_run, &predict_images};
  return &commands;
}

}  // namespace assay
