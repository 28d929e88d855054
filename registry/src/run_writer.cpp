// The public face of a run that is being recorded; rows are written by write_queue.h.
#include "assay/registry/run_writer.h"

#include <cstdio>
#include <stdexcept>
#include <utility>

#include "assay/error.h"
#include "assay/hash.h"
#include "identity.h"
#include "result_rows.h"
#include "run_record.h"
#include "write_lock.h"
#include "write_queue.h"

namespace assay {
namespace fs = std::filesystem;

void WriterOptions::say_on_standard_error(const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); }

class RunWriter::Impl {
 public:
  Impl(OpenRun run, std::unique_ptr<Database> database, const WriterOptions& options)
      : run_(std::move(run)), say_(options.say), samples_(run_.sample_ids.size()) {
    auto rows = std::make_unique<RunRows>(*database, run_.number, std::move(run_.sample_ids));
    queue_ = std::make_unique<WriteQueue>(std::move(database), std::move(rows), options);
  }

  ~Impl() {
    if (!queue_) {
      return;
    }
    try {
      finish(RunState::failed);
    } catch (const std::exception& error) {
      say_("run " + std::to_string(run_.number) + " could not be closed: " + error.what());
    }
  }

  WriteQueue& queue() {
    if (!queue_) {
      throw std::logic_error("RunWriter: nothing can be recorded after finish()");
    }
    return *queue_;
  }

  const OpenRun& run() const { return run_; }
  std::size_t samples() const { return samples_; }

  void finish(RunState state) {
    // The thread ends and the lock is released whether or not the last rows could be written.
    struct Release {
      Impl& impl;
      ~Release() {
        impl.queue_.reset();
        impl.run_.lock.release();
      }
    } release{*this};
    queue().finish({state, now_ms()});
  }

 private:
  OpenRun run_;
  std::function<void(const std::string&)> say_;
  std::size_t samples_;
  std::unique_ptr<WriteQueue> queue_;
};

namespace {

std::unique_ptr<Database> writing_connection(const Registry& registry) {
  if (registry.mode() != OpenMode::write) {
    throw std::logic_error("RunWriter: the registry must be opened with OpenMode::write");
  }
  const auto busy_ms = static_cast<int>(registry.patience().count());
  auto database = std::make_unique<Database>(registry.file(), Database::Access::read_write, busy_ms);
  // With a WAL, NORMAL loses the last commits when the power fails, never when the process dies, and never damages the
  // file.
  database->execute("PRAGMA synchronous = NORMAL");
  return database;
}

}  // namespace

RunWriter RunWriter::start(const Registry& registry, const RunStart& start, const WriterOptions& options) {
  auto database = writing_connection(registry);
  OpenRun run;
  {
    const WriteLock lock(registry.file(), registry.patience());
    run = create_run(*database, start);
  }
  return RunWriter(std::make_unique<Impl>(std::move(run), std::move(database), options));
}

RunWriter RunWriter::resume(const Registry& registry, std::int64_t run, const RunStart& now,
                            const WriterOptions& options) {
  auto database = writing_connection(registry);
  OpenRun open;
  {
    const WriteLock lock(registry.file(), registry.patience());
    open = reopen_run(*database, run, now);
  }
  return RunWriter(std::make_unique<Impl>(std::move(open), std::move(database), options));
}

RunWriter::RunWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RunWriter::RunWriter(RunWriter&&) noexcept = default;
RunWriter& RunWriter::operator=(RunWriter&&) noexcept = default;
RunWriter::~RunWriter() = default;

std::int64_t RunWriter::number() const { return impl_->run().number; }
const std::string& RunWriter::uuid() const { return impl_->run().uuid; }
const std::string& RunWriter::name() const { return impl_->run().name; }
const fs::path& RunWriter::folder() const { return impl_->run().folder; }

void RunWriter::metric(std::string_view split, std::string_view name, std::int64_t epoch, std::int64_t step,
                       double value) {
  impl_->queue().push_metric(split, name, epoch, step, value);
}

void RunWriter::interval(std::string_view split, std::string_view name, const Interval& interval) {
  impl_->queue().push(IntervalRecord{std::string(split), std::string(name), interval});
}

void RunWriter::predictions(std::string_view split, std::int64_t epoch, const Predictions& predictions) {
  check_stored_predictions(predictions, impl_->samples());
  impl_->queue().push(PredictionRows{std::string(split), epoch, predictions}, predictions.size());
}

void RunWriter::threshold(double value, std::string_view rule) {
  impl_->queue().push(ThresholdRow{value, std::string(rule)});
}

void RunWriter::artifact(const fs::path& path, std::string_view kind, std::string_view sha256) {
  const fs::path file = (path.is_absolute() ? path : folder() / path).lexically_normal();
  const fs::path relative = file.lexically_relative(folder());
  if (relative.empty() || *relative.begin() == "..") {
    throw InvalidInput("artifact " + path.string() + " lies outside the run's folder " + folder().string());
  }
  std::error_code error;
  const auto bytes = fs::file_size(file, error);
  if (error) {
    throw Failure("artifact " + file.string() + " can't be read: " + error.message());
  }
  const std::string hash = sha256.empty() ? sha256_of_file(file) : std::string(sha256);
  impl_->queue().push(ArtifactRecord{relative.string(), std::string(kind), static_cast<std::int64_t>(bytes), hash});
}

void RunWriter::event(std::string_view kind, std::string_view text) {
  impl_->queue().push(EventRecord{now_ms(), std::string(kind), std::string(text)});
}

void RunWriter::weights_sha256(std::string_view hash) { impl_->queue().push(WeightsRow{std::string(hash)}); }

void RunWriter::flush() { impl_->queue().flush(); }

void RunWriter::finish(RunState state) {
  if (state == RunState::running || state == RunState::crashed) {
    throw std::logic_error("RunWriter::finish: a run ends completed, failed or interrupted");
  }
  impl_->finish(state);
}

}  // namespace assay
