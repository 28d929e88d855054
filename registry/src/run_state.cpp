#include "run_state.h"

#include "file_lock.h"
#include "identity.h"

namespace assay {
namespace {

constexpr std::int64_t kStaleHeartbeatMs = 120'000;

}  // namespace

std::filesystem::path run_lock_file(const std::filesystem::path& run_folder) { return run_folder / "lock"; }

RunState actual_state(const RecordedState& recorded, std::int64_t now_ms) {
  if (recorded.state == "completed") {
    return RunState::completed;
  }
  if (recorded.state == "failed") {
    return RunState::failed;
  }
  if (recorded.state == "interrupted") {
    return RunState::interrupted;
  }
  const bool alive = recorded.host == host_name() ? is_locked(run_lock_file(recorded.folder))
                                                  : now_ms - recorded.heartbeat_ms < kStaleHeartbeatMs;
  return alive ? RunState::running : RunState::crashed;
}

}  // namespace assay
