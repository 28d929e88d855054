// A thin layer over SQLite: connections, statements and transactions that clean up after themselves and turn error
// codes into sentences. It knows nothing of runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "assay/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace assay {

/// An error of SQLite, with its extended result code.
class DatabaseError : public Failure {
 public:
  DatabaseError(const std::string& what, int result_code) : Failure(what), code(result_code) {}
  const int code;
};

/// A prepared statement. Positions of parameters count from 1, of columns from 0, as SQLite's do.
class Statement {
 public:
  Statement& bind(int position, std::int64_t value);
  Statement& bind(int position, int value) { return bind(position, static_cast<std::int64_t>(value)); }
  Statement& bind(int position, bool value) { return bind(position, static_cast<std::int64_t>(value ? 1 : 0)); }
  /// A NaN becomes NULL.
  Statement& bind(int position, double value);
  /// Copied. Text may hold any byte; it is stored as it is.
  Statement& bind(int position, std::string_view value);
  Statement& bind(int position, const char* value) { return bind(position, std::string_view(value)); }
  Statement& bind(int position, const std::string& value) { return bind(position, std::string_view(value)); }
  Statement& bind_blob(int position, std::span<const std::byte> value);
  Statement& bind_null(int position);

  /// true while there is a row. Throws DatabaseError.
  bool step();
  /// For statements that give no row: runs, then is ready to be bound again.
  void run();
  /// Makes the statement ready to be bound again.
  void reset();

  std::int64_t integer(int column) const;
  /// A NULL is NaN.
  double real(int column) const;
  std::string text(int column) const;
  std::span<const std::byte> blob(int column) const;
  bool is_null(int column) const;

 private:
  friend class Database;
  Statement(sqlite3_stmt* statement, const class Database* database);
  void check(int code) const;

  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  const class Database* database_;
};

/// One connection. One thread at a time. The WAL is checkpointed only by checkpoint(), never on its own. Foreign keys
/// are in force: a deleted run takes its rows with it, and a row that refers to nothing is refused.
class Database {
 public:
  enum class Access {
    read_only,
    read_write,
    create,
    immutable,  ///< read-only, for a file that nobody can change: needs no -shm file beside it
  };

  /// Throws DatabaseError. busy_ms: how long another program's lock is waited for.
  Database(const std::filesystem::path& file, Access access, int busy_ms);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// One or more statements whose rows don't matter.
  void execute(const std::string& sql);
  Statement prepare(std::string_view sql) const;
  /// The first column of the first row.
  std::int64_t integer(std::string_view sql) const;

  std::int64_t last_insert_rowid() const;
  /// Rows changed by the last statement.
  std::int64_t changes() const;
  /// Pages in the WAL after the last commit.
  int wal_pages() const { return wal_pages_; }
  /// All of the database as it is at one moment, whoever writes to it meanwhile. copy: a new file. Throws
  /// DatabaseError.
  void copy_to(const std::filesystem::path& copy) const;
  /// Moves the WAL into the file. Call it under the write lock only. Never waits for readers, never throws.
  void checkpoint(bool truncate);

  const std::filesystem::path& file() const { return file_; }
  /// "registry /x/registry.db: the disk is full (database or disk is full)".
  [[noreturn]] void fail(int code) const;

 private:
  std::filesystem::path file_;
  sqlite3* connection_ = nullptr;
  int wal_pages_ = 0;
};

/// BEGIN IMMEDIATE; rolls back unless committed.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace assay
