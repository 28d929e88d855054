// The queue between the threads that train and the one thread that writes a run.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "assay/registry/run_writer.h"
#include "database.h"
#include "run_rows.h"

namespace assay {

/// Owns the connection and the thread. Public functions may be called from any thread.
class WriteQueue {
 public:
  WriteQueue(std::unique_ptr<Database> database, std::unique_ptr<RunRows> rows, WriterOptions options);
  /// Stops without writing what still waits; call finish() before.
  ~WriteQueue();

  /// Queues a value. Throws Failure when writing has failed; waits while the queue is full.
  void push_metric(std::string_view split, std::string_view name, std::int64_t epoch, std::int64_t step, double value);
  /// Queues another row. weight: rows of a table that it stands for.
  void push(SeldomRow row, std::size_t weight = 1);
  /// Returns when everything queued before is committed. Throws Failure.
  void flush();
  /// Queues a last row and writes everything, once more what failed before too. Throws Failure.
  void finish(FinishRow row);

 private:
  using Lock = std::unique_lock<std::mutex>;

  void wait_for_room(Lock& lock);
  void append(Row row, std::size_t weight);
  void throw_if_failed() const;

  void run();
  bool wait_for_work(Lock& lock);
  void write_pending();
  void write_batch(std::size_t end);
  void write_heartbeat();
  void remember_failure(const std::string& why, bool disk_full);

  const std::unique_ptr<Database> database_;
  const std::unique_ptr<RunRows> rows_;
  const WriterOptions options_;

  // Of the writing thread alone.
  std::vector<Row> pending_;      ///< taken from the queue, kept until committed
  std::size_t written_ = 0;       ///< of pending_, committed
  std::int64_t last_epoch_ = -1;  ///< the highest that is committed
  std::chrono::steady_clock::time_point next_heartbeat_;

  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable progress_;
  std::vector<Row> queued_;
  std::unordered_map<std::string, std::uint32_t> metric_numbers_;
  std::string key_;              ///< room for a key of metric_numbers_, so that a lookup allocates nothing
  std::size_t waiting_ = 0;      ///< rows of tables that are not committed
  std::uint64_t pushed_ = 0;     ///< entries ever queued
  std::uint64_t committed_ = 0;  ///< of them, committed
  std::uint64_t wanted_ = 0;     ///< somebody waits until this many are committed
  std::string failure_;
  bool stop_ = false;

  std::thread thread_;
};

}  // namespace assay
