// The file in which runs are recorded: finding it, opening it and saying clearly why it can't be opened. Writing a run
// is run_writer.h's work, reading is queries.h's.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

namespace assay {

class Database;

/// What a registry is opened for.
enum class OpenMode {
  read,   ///< the file must exist; works on a read-only file and in a read-only folder
  write,  ///< makes the file and its folder when they are missing, and brings an older schema up to date
};

/// An open registry. Movable. One thread at a time; a RunWriter made from it has a connection and a thread of its own.
class Registry {
 public:
  /// Where the registry is: option (--registry) when given, else the environment's ASSAY_REGISTRY, else the nearest
  /// runs/registry.db in from or a folder above it, else from/runs/registry.db, whether it exists or not.
  static std::filesystem::path locate(const std::optional<std::filesystem::path>& option = {},
                                      const std::filesystem::path& from = std::filesystem::current_path());

  /// Throws InvalidInput, in one sentence that names the file and what to do, when it is missing (read), is no
  /// database, is another program's database, was written by a newer Assay, can't be written (write), or is empty;
  /// Failure when another program keeps it locked for longer than patience or the disk fails.
  static Registry open(const std::filesystem::path& file, OpenMode mode,
                       std::chrono::milliseconds patience = std::chrono::seconds(10));

  Registry(Registry&&) noexcept;             ///< takes the connection over
  Registry& operator=(Registry&&) noexcept;  ///< takes the connection over
  ~Registry();

  /// Absolute.
  const std::filesystem::path& file() const { return file_; }
  /// The folder of the file: run folders are relative to it.
  std::filesystem::path folder() const { return file_.parent_path(); }
  OpenMode mode() const { return mode_; }  ///< as it was opened
  /// How long a lock of another process is waited for.
  std::chrono::milliseconds patience() const { return patience_; }

  /// For the sources of this library.
  Database& database() const { return *database_; }

 private:
  Registry(std::filesystem::path file, OpenMode mode, std::chrono::milliseconds patience);

  std::filesystem::path file_;
  OpenMode mode_;
  std::chrono::milliseconds patience_;
  std::unique_ptr<Database> database_;
};

}  // namespace assay
