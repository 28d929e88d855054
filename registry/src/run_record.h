// The rows with which a run begins, and what is checked before it may go on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "assay/registry/run.h"
#include "database.h"
#include "file_lock.h"

namespace assay {

/// A run that has its row, its folder and its lock.
struct OpenRun {
  std::int64_t number = 0;
  std::string uuid;
  std::string name;
  std::filesystem::path folder;  ///< absolute
  FileLock lock;
  std::vector<std::int64_t> sample_ids;  ///< by index into RunStart::samples
};

/// Inserts a run with everything in RunStart, makes and locks its folder. Call it under the write lock, outside a
/// transaction. Throws as RunWriter::start does; then neither row nor folder is left.
OpenRun create_run(Database& database, const RunStart& start);

/// Locks the run's folder, checks that it may go on with the same data, notes what else differs as events and sets its
/// state. Under the write lock, outside a transaction. Throws as RunWriter::resume does.
OpenRun reopen_run(Database& database, std::int64_t run, const RunStart& now);

/// The rows of RunStart::samples in `samples`, made when the data set is new.
struct StoredData {
  std::int64_t dataset = 0;
  std::int64_t partition = 0;
  std::vector<std::int64_t> sample_ids;
};
StoredData store_data(Database& database, const RunStart& start);

/// Throws InvalidInput, saying what a run's name may be.
void check_run_name(const std::string& name);

}  // namespace assay
