#include "database.h"

#include <sqlite3.h>

#include <cmath>
#include <limits>

namespace assay {
namespace {

/// What a result code means to a person; empty when SQLite's own words must do.
std::string meaning(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return "the disk is full";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another program keeps it locked";
    case SQLITE_READONLY:
      return "it can't be written";
    case SQLITE_NOTADB:
      return "it is not an SQLite database";
    case SQLITE_CORRUPT:
      return "it is damaged";
    case SQLITE_CANTOPEN:
      return "it can't be opened";
    case SQLITE_IOERR:
      return "reading or writing it failed";
    default:
      return {};
  }
}

int open_flags(Database::Access access) {
  switch (access) {
    case Database::Access::read_write:
      return SQLITE_OPEN_READWRITE;
    case Database::Access::create:
      return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    default:
      return SQLITE_OPEN_READONLY;
  }
}

/// A file: URI, so that `immutable` can be said; the characters that end a path in one are escaped.
std::string uri(const std::filesystem::path& file, bool immutable) {
  std::string text = "file:";
  for (const char c : file.string()) {
    switch (c) {
      case '%':
        text += "%25";
        break;
      case '?':
        text += "%3f";
        break;
      case '#':
        text += "%23";
        break;
      default:
        text += c;
    }
  }
  return immutable ? text + "?immutable=1" : text;
}

int remember_wal_pages(void* pages, sqlite3*, const char*, int count) {
  *static_cast<int*>(pages) = count;
  return SQLITE_OK;
}

}  // namespace

Statement::Statement(sqlite3_stmt* statement, const Database* database) : statement_(statement), database_(database) {}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

void Statement::check(int code) const {
  if (code != SQLITE_OK) {
    database_->fail(code);
  }
}

Statement& Statement::bind(int position, std::int64_t value) {
  check(sqlite3_bind_int64(statement_.get(), position, value));
  return *this;
}

Statement& Statement::bind(int position, double value) {
  check(sqlite3_bind_double(statement_.get(), position, value));
  return *this;
}

Statement& Statement::bind(int position, std::string_view value) {
  // A null pointer would bind NULL, which is not the empty text.
  const char* data = value.empty() ? "" : value.data();
  check(sqlite3_bind_text64(statement_.get(), position, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind_blob(int position, std::span<const std::byte> value) {
  check(sqlite3_bind_blob64(statement_.get(), position, value.data(), value.size(), SQLITE_TRANSIENT));
  return *this;
}

Statement& Statement::bind_null(int position) {
  check(sqlite3_bind_null(statement_.get(), position));
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) {
    return true;
  }
  if (code != SQLITE_DONE) {
    sqlite3_reset(statement_.get());
    database_->fail(code);
  }
  return false;
}

void Statement::run() {
  step();
  reset();
}

// An error that step() reported comes back from sqlite3_reset; it has been thrown already.
void Statement::reset() { sqlite3_reset(statement_.get()); }

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

double Statement::real(int column) const {
  return is_null(column) ? std::numeric_limits<double>::quiet_NaN() : sqlite3_column_double(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const auto* data = sqlite3_column_text(statement_.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return data ? std::string(reinterpret_cast<const char*>(data), size) : std::string();
}

std::span<const std::byte> Statement::blob(int column) const {
  const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(statement_.get(), column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }

Database::Database(const std::filesystem::path& file, Access access, int busy_ms) : file_(file) {
  const int flags = open_flags(access) | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(uri(file, access == Access::immutable).c_str(), &connection_, flags, nullptr);
  if (code != SQLITE_OK) {
    const std::string why = meaning(code);
    sqlite3_close_v2(connection_);
    throw DatabaseError("registry " + file.string() + ": " + (why.empty() ? sqlite3_errstr(code) : why), code);
  }
  sqlite3_busy_timeout(connection_, busy_ms);
  // Said here, because libraries are built with either default.
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  // Closing the last connection would checkpoint outside the write lock.
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // Registering a hook also replaces SQLite's automatic checkpoint (wal_autocheckpoint = 0).
  sqlite3_wal_hook(connection_, remember_wal_pages, &wal_pages_);
}

Database::~Database() { sqlite3_close_v2(connection_); }

void Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    fail(code);
  }
}

Statement Database::prepare(std::string_view sql) const {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(connection_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) {
    fail(code);
  }
  return Statement(statement, this);
}

std::int64_t Database::integer(std::string_view sql) const {
  Statement statement = prepare(sql);
  return statement.step() ? statement.integer(0) : 0;
}

std::int64_t Database::last_insert_rowid() const { return sqlite3_last_insert_rowid(connection_); }

std::int64_t Database::changes() const { return sqlite3_changes64(connection_); }

void Database::checkpoint(bool truncate) {
  const int mode = truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
  // A reader may hold a part of the WAL back, a full disk too: the WAL then stays until the next time, nothing is lost.
  sqlite3_busy_timeout(connection_, 0);
  sqlite3_wal_checkpoint_v2(connection_, nullptr, mode, nullptr, nullptr);
  sqlite3_busy_timeout(connection_, 10'000);
  wal_pages_ = 0;
}

void Database::copy_to(const std::filesystem::path& copy) const {
  const Database target(copy, Access::create, 0);
  sqlite3_backup* backup = sqlite3_backup_init(target.connection_, "main", connection_, "main");
  // All pages in one step, so in one read transaction: between two steps somebody else could write.
  const int stepped = backup != nullptr ? sqlite3_backup_step(backup, -1) : sqlite3_errcode(target.connection_);
  sqlite3_backup_finish(backup);
  if (stepped != SQLITE_DONE) {
    const std::string why = meaning(stepped);
    throw DatabaseError("registry " + file_.string() + " can't be copied to " + copy.string() + ": " +
                            (why.empty() ? sqlite3_errstr(stepped) : why),
                        stepped);
  }
}

void Database::fail(int code) const {
  const std::string why = meaning(code);
  const std::string words = sqlite3_errmsg(connection_);
  throw DatabaseError("registry " + file_.string() + ": " + (why.empty() ? words : why + " (" + words + ")"), code);
}

Transaction::Transaction(Database& database) : database_(database) { database_.execute("BEGIN IMMEDIATE"); }

Transaction::~Transaction() {
  if (open_) {
    try {
      database_.execute("ROLLBACK");
    } catch (const DatabaseError&) {
      // A full disk has rolled back already; then there is nothing left to do.
    }
  }
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace assay
