#include "assay/registry/run.h"

namespace assay {

std::string_view to_text(RunState state) {
  switch (state) {
    case RunState::running:
      return "running";
    case RunState::completed:
      return "completed";
    case RunState::failed:
      return "failed";
    case RunState::interrupted:
      return "interrupted";
    case RunState::crashed:
      break;
  }
  return "crashed";
}

std::string_view to_text(CheckpointChoice choice) { return choice == CheckpointChoice::best ? "best" : "last"; }

}  // namespace assay
