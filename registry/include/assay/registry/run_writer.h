// Records one run while it is being made. Rows are queued and written by one thread that owns the connection, so that
// training never waits for the disk.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "assay/registry/bootstrap.h"
#include "assay/registry/predictions.h"
#include "assay/registry/registry.h"
#include "assay/registry/run.h"

namespace assay {

/// How a RunWriter works; the defaults suit training, tests shorten the times.
struct WriterOptions {
  std::size_t queue_limit = 1'000'000;              ///< rows that may wait
  std::chrono::milliseconds gather{100};            ///< how long rows are gathered into one transaction
  std::chrono::milliseconds heartbeat{10'000};      ///< between two heartbeats
  std::chrono::milliseconds lock_patience{60'000};  ///< how long another process may keep the write lock
  /// Told what a person should know; by default a line on standard error. Called from any thread.
  std::function<void(const std::string&)> say = say_on_standard_error;

  static void say_on_standard_error(const std::string& line);  ///< one line, flushed
};

/// The writer of one run. It holds a flock on the file `lock` in the run's folder for as long as it lives: the kernel
/// releases it when the process dies, and from then on the run is shown as crashed.
///
/// Every function may be called from any thread. Those that queue return at once, unless 1,000,000 rows wait: then they
/// wait and say so on standard error. What was queued is committed within about 0.1 s, in order; a killed process loses
/// at most that. When writing fails (a full disk, say), the next call throws Failure with a sentence that says what was
/// kept; finish() then tries once more to write the rest.
class RunWriter {
 public:
  /// Creates the run and its folder `<number>-<name>` beside the registry. The registry must be open for writing.
  /// Throws InvalidInput for a name that can't be one, an unknown parent, a sample path that occurs twice or a wrong
  /// label; Failure when the disk or the database fails.
  static RunWriter start(const Registry& registry, const RunStart& start, const WriterOptions& options = {});

  /// Goes on recording a run that was interrupted, failed or crashed; its state is running again. now is what start
  /// would be given today: with another dataset or split fingerprint, or other classes, this throws InvalidInput; other
  /// differences (plugins' build ids, git commit, library versions, device) become events. Throws InvalidInput also for
  /// an unknown run, one that another process is writing, and a completed one (saying how to continue it in a new run).
  static RunWriter resume(const Registry& registry, std::int64_t run, const RunStart& now,
                          const WriterOptions& options = {});

  RunWriter(RunWriter&&) noexcept;             ///< takes the run over
  RunWriter& operator=(RunWriter&&) noexcept;  ///< takes the run over
  /// Writes what is queued; a run that was not finished is marked failed. Never throws: problems go to standard error.
  ~RunWriter();

  std::int64_t number() const;      ///< in this registry
  const std::string& uuid() const;  ///< everywhere
  const std::string& name() const;  ///< as recorded
  /// The run's folder, absolute.
  const std::filesystem::path& folder() const;

  /// One value. epoch and step count from 0 or 1, as the caller likes, but ascend. NaN and infinities are kept. The key
  /// is (split, name, epoch, step): written again, the new value stays, and when it differs (compared exactly; NaN
  /// equals NaN) an event "metric_differs" tells both. Under 2 us.
  void metric(std::string_view split, std::string_view name, std::int64_t epoch, std::int64_t step, double value);

  /// The interval that belongs beside the last value of a metric; replaces an earlier one.
  void interval(std::string_view split, std::string_view name, const Interval& interval);

  /// Predictions of one split, with the epoch of the model that made them; replaces the split's earlier ones.
  /// Throws InvalidInput when sizes don't agree or a sample is unknown.
  void predictions(std::string_view split, std::int64_t epoch, const Predictions& predictions);

  /// The threshold chosen on validation and the rule (evaluation.threshold) that chose it.
  void threshold(double value, std::string_view rule);

  /// A file of the run's folder, with its SHA-256, computed here and now unless given. path: absolute or relative to
  /// folder(). kind: "checkpoint.best", "checkpoint.last", "log", "experiment", ... The same path again replaces.
  /// Throws Failure when it can't be read, InvalidInput when it lies outside the folder.
  void artifact(const std::filesystem::path& path, std::string_view kind, std::string_view sha256 = {});

  /// Something that happened: kind is one word ("warning", "checkpoint", "interrupted"), text one line for people.
  void event(std::string_view kind, std::string_view text);

  /// SHA-256 of the weights that the run ended with.
  void weights_sha256(std::string_view hash);

  /// Waits until everything queued before is committed. Throws Failure.
  void flush();

  /// Writes everything, the state and the time of the end, then releases the run's lock. state: completed, failed or
  /// interrupted. Call once, last; any call after it throws std::logic_error. Throws Failure.
  void finish(RunState state);

 private:
  class Impl;
  explicit RunWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace assay
