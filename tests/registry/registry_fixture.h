// What the registry's tests share: a temporary folder, an example of a run, and other processes.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>

#include "assay/registry/queries.h"
#include "assay/registry/registry.h"
#include "assay/registry/run_writer.h"

struct sqlite3;

namespace assay::test {

/// A folder that is deleted with its contents.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A run on 12 samples of 4 patients, with every kind of parameter.
RunStart example_run(const std::string& name = "effnet_crop");

/// Short times, and words kept instead of printed.
WriterOptions quick(std::string* said = nullptr);

/// One output: four samples of two patients, the test split of example_run().
Predictions example_predictions();

/// The message of the InvalidInput or Failure that the call throws; fails the test when it throws nothing.
std::string message_of(const std::function<void()>& call);

/// Runs SQL with a connection of its own; the first column of the first row as text.
std::string query(const std::filesystem::path& database, const std::string& sql);

/// Another process, which is killed with SIGKILL. Don't fork while this process holds a RunWriter: a child inherits
/// locks.
class ChildProcess {
 public:
  using Wait = std::function<void()>;
  /// Returns once the child's body has called its argument, which never returns there. Fails the test when the body
  /// ends or throws before.
  explicit ChildProcess(const std::function<void(const Wait& wait_for_death)>& body);
  ~ChildProcess();
  void kill();

 private:
  int process_ = -1;
};

/// The exit status of a process that runs body as the user nobody; root may write anywhere.
int exit_status_as_nobody(const std::function<int()>& body);

/// The exit status of a process that runs body.
int exit_status_of_process(const std::function<int()>& body);

class RegistryTest : public ::testing::Test {
 protected:
  std::filesystem::path file() const { return folder_.path() / "runs" / "registry.db"; }
  Registry writable() const { return Registry::open(file(), OpenMode::write); }
  Registry readable() const { return Registry::open(file(), OpenMode::read); }
  /// Records a run that has ended.
  std::int64_t record(const RunStart& start, RunState state = RunState::completed) const;

  TemporaryFolder folder_;
};

}  // namespace assay::test
