#include "write_queue.h"

#include <sqlite3.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "assay/error.h"
#include "identity.h"
#include "write_lock.h"

namespace assay {
namespace {

/// Entries in one transaction: enough that a transaction's own cost doesn't show, few enough that other processes wait
/// for less than a tenth of a second.
constexpr std::size_t kBatch = 20'000;
/// Between two transactions, longer than the pause with which others ask for the write lock: a writer that never pauses
/// would keep them out for as long as it has rows.
constexpr std::chrono::milliseconds kPause(1);
/// Pages in the WAL from which it is moved into the file: 16 MB.
constexpr int kCheckpointPages = 4096;

std::size_t weight_of(const Row& row) {
  const auto* seldom = std::get_if<std::unique_ptr<const SeldomRow>>(&row);
  const auto* predictions = seldom ? std::get_if<PredictionRows>(seldom->get()) : nullptr;
  return predictions ? predictions->predictions.size() : 1;
}

}  // namespace

WriteQueue::WriteQueue(std::unique_ptr<Database> database, std::unique_ptr<RunRows> rows, WriterOptions options)
    : database_(std::move(database)),
      rows_(std::move(rows)),
      options_(std::move(options)),
      next_heartbeat_(std::chrono::steady_clock::now() + options_.heartbeat),
      thread_([this] { run(); }) {}

WriteQueue::~WriteQueue() {
  {
    Lock lock(mutex_);
    stop_ = true;
  }
  work_.notify_all();
  thread_.join();
  try {
    // Leaves one plain file behind where no other process is at work.
    const WriteLock lock(database_->file(), std::chrono::milliseconds(200));
    database_->checkpoint(true);
  } catch (const std::exception&) {
    // The next writer will.
  }
}

void WriteQueue::push_metric(std::string_view split, std::string_view name, std::int64_t epoch, std::int64_t step,
                             double value) {
  Lock lock(mutex_);
  wait_for_room(lock);
  key_.assign(split).append(1, '\0').append(name);
  auto found = metric_numbers_.find(key_);
  if (found == metric_numbers_.end()) {
    const auto number = static_cast<std::uint32_t>(metric_numbers_.size());
    found = metric_numbers_.emplace(key_, number).first;
    append(std::make_unique<const SeldomRow>(MetricName{number, std::string(split), std::string(name)}), 1);
  }
  append(MetricRow{found->second, epoch, step, value}, 1);
}

void WriteQueue::push(SeldomRow row, std::size_t weight) {
  Lock lock(mutex_);
  wait_for_room(lock);
  append(std::make_unique<const SeldomRow>(std::move(row)), weight);
}

void WriteQueue::flush() {
  Lock lock(mutex_);
  throw_if_failed();
  const std::uint64_t target = pushed_;
  wanted_ = std::max(wanted_, target);
  work_.notify_one();
  progress_.wait(lock, [&] { return committed_ >= target || !failure_.empty(); });
  throw_if_failed();
}

void WriteQueue::finish(FinishRow row) {
  {
    Lock lock(mutex_);
    failure_.clear();
    append(std::make_unique<const SeldomRow>(row), 1);
  }
  flush();
}

void WriteQueue::wait_for_room(Lock& lock) {
  throw_if_failed();
  if (waiting_ < options_.queue_limit) {
    return;
  }
  options_.say("registry " + database_->file().string() + ": " + std::to_string(waiting_) +
               " rows wait to be written, the most that may; training waits for the disk");
  work_.notify_one();
  progress_.wait(lock, [&] { return waiting_ < options_.queue_limit || !failure_.empty(); });
  throw_if_failed();
}

void WriteQueue::append(Row row, std::size_t weight) {
  const bool sleeping = queued_.empty();
  queued_.push_back(std::move(row));
  waiting_ += weight;
  ++pushed_;
  if (sleeping) {
    work_.notify_one();
  }
}

void WriteQueue::throw_if_failed() const {
  if (!failure_.empty()) {
    throw Failure(failure_);
  }
}

void WriteQueue::run() {
  Lock lock(mutex_);
  while (wait_for_work(lock)) {
    const bool may_write = failure_.empty();
    if (may_write) {
      std::move(queued_.begin(), queued_.end(), std::back_inserter(pending_));
      queued_.clear();
    }
    lock.unlock();
    if (may_write) {
      write_pending();
    }
    if (std::chrono::steady_clock::now() >= next_heartbeat_) {
      write_heartbeat();
    }
    lock.lock();
  }
}

/// false: the thread shall end.
bool WriteQueue::wait_for_work(Lock& lock) {
  const auto ready = [&] { return failure_.empty() && (!queued_.empty() || written_ < pending_.size()); };
  work_.wait_until(lock, next_heartbeat_, [&] { return stop_ || ready(); });
  // Rows come in handfuls: a short wait puts them into one transaction.
  const auto hurry = [&] { return stop_ || wanted_ > committed_ || queued_.size() >= kBatch; };
  if (ready() && !hurry()) {
    work_.wait_for(lock, options_.gather, hurry);
  }
  return !stop_;
}

void WriteQueue::write_pending() {
  try {
    while (written_ < pending_.size()) {
      write_batch(std::min(written_ + kBatch, pending_.size()));
      std::this_thread::sleep_for(kPause);
    }
    pending_.clear();
    written_ = 0;
  } catch (const DatabaseError& error) {
    remember_failure(error.what(), (error.code & 0xff) == SQLITE_FULL);
  } catch (const std::exception& error) {
    remember_failure(error.what(), false);
  }
}

void WriteQueue::write_batch(std::size_t end) {
  const WriteLock lock(database_->file(), options_.lock_patience);
  std::size_t weight = 0;
  std::int64_t last_epoch = last_epoch_;
  Transaction transaction(*database_);
  for (std::size_t i = written_; i < end; ++i) {
    rows_->write(pending_[i]);
    weight += weight_of(pending_[i]);
    if (const auto* metric = std::get_if<MetricRow>(&pending_[i])) {
      last_epoch = std::max(last_epoch, metric->epoch);
    }
  }
  rows_->end_batch();
  transaction.commit();
  if (database_->wal_pages() >= kCheckpointPages) {
    database_->checkpoint(false);
  }
  Lock queue(mutex_);
  last_epoch_ = last_epoch;
  waiting_ -= weight;
  committed_ += end - written_;
  written_ = end;
  progress_.notify_all();
}

void WriteQueue::write_heartbeat() {
  next_heartbeat_ = std::chrono::steady_clock::now() + options_.heartbeat;
  try {
    const WriteLock lock(database_->file(), options_.lock_patience);
    database_->prepare("UPDATE runs SET heartbeat_ms = ?2 WHERE number = ?1")
        .bind(1, rows_->run())
        .bind(2, now_ms())
        .run();
  } catch (const std::exception&) {
    // A missed heartbeat harms nothing; a disk that really fails is met by the next row.
  }
}

void WriteQueue::remember_failure(const std::string& why, bool disk_full) {
  rows_->rolled_back();
  Lock lock(mutex_);
  const std::string run = std::to_string(rows_->run());
  failure_ = why + ". Run " + run + " is kept " +
             (last_epoch_ < 0 ? std::string("as it was before") : "up to epoch " + std::to_string(last_epoch_)) + "; " +
             std::to_string(waiting_) + (waiting_ == 1 ? " row waits" : " rows wait") + " in memory. " +
             (disk_full ? "Make room in " + database_->file().parent_path().string() + ", then" : "Then") +
             " go on with: runner resume " + run;
  progress_.notify_all();
}

}  // namespace assay
