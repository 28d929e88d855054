// Starts the real runner as its users do, and takes what it says.
#pragma once

#include <nlohmann/json.hpp>
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace assay {

struct Outcome {
  int exit_code = -1;  ///< 128 + signal when a signal ended it
  std::string out;
  std::string err;
};

/// A running runner. Ends it by SIGKILL when it is dropped.
class RunnerProcess {
 public:
  /// Starts runner with arguments in a folder; environment is added to this process's.
  RunnerProcess(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                const std::map<std::string, std::string>& environment = {});
  ~RunnerProcess();
  RunnerProcess(const RunnerProcess&) = delete;
  RunnerProcess& operator=(const RunnerProcess&) = delete;

  void send(int signal_number) const;
  /// What was written to standard error so far.
  std::string err_so_far() const;
  /// Waits until standard error holds a text; false after the time or when the process ended without it.
  bool wait_for(const std::string& text, std::chrono::seconds at_most = std::chrono::seconds(120));
  /// Waits for the end.
  Outcome wait();

 private:
  bool ended();

  std::filesystem::path out_file_;
  std::filesystem::path err_file_;
  pid_t process_ = -1;
  int status_ = 0;
  bool reaped_ = false;
};

/// Runs runner to its end.
Outcome run_runner(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                   const std::map<std::string, std::string>& environment = {});

/// An empty folder of the running test.
std::filesystem::path fresh_folder();

/// Writes experiment.toml into a folder: the main job on 48 small demo pictures with an untrained backbone at 64 px, a
/// few epochs long. more is appended to [training].
std::filesystem::path write_small_experiment(const std::filesystem::path& folder, const std::string& more = "");

}  // namespace assay
