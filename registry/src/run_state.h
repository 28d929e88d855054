// Is a run that the registry calls running really alive?
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "assay/registry/run.h"

namespace assay {

/// The file in a run's folder on which its process holds a flock.
std::filesystem::path run_lock_file(const std::filesystem::path& run_folder);

/// What the table says of a run, as far as its state depends on it.
struct RecordedState {
  std::string state;
  std::string host;
  std::int64_t heartbeat_ms = 0;
  std::filesystem::path folder;  ///< absolute
};

/// The recorded state, or crashed for a running run without a process: on this host the lock decides, for another host
/// a heartbeat older than two minutes.
RunState actual_state(const RecordedState& recorded, std::int64_t now_ms);

}  // namespace assay
