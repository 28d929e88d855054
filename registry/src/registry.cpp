// Finding and opening the file. Each way in which that fails is one function that says so in one sentence.
#include "assay/registry/registry.h"

#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <string>

#include "assay/error.h"
#include "database.h"
#include "migrations.h"
#include "write_lock.h"

namespace assay {
namespace fs = std::filesystem;
namespace {

constexpr const char* kElsewhere = "or name another registry with --registry FILE";

bool is_writable(const fs::path& path) { return ::access(path.c_str(), W_OK) == 0; }

/// The nearest folder on the way up that exists.
fs::path existing_parent(fs::path folder) {
  while (!fs::exists(folder) && folder.has_parent_path() && folder != folder.parent_path()) {
    folder = folder.parent_path();
  }
  return folder;
}

std::uint32_t big_endian(const unsigned char* bytes) {
  return (static_cast<std::uint32_t>(bytes[0]) << 24) | (static_cast<std::uint32_t>(bytes[1]) << 16) |
         (static_cast<std::uint32_t>(bytes[2]) << 8) | static_cast<std::uint32_t>(bytes[3]);
}

/// Looks at the first 100 bytes before SQLite does, because it would call any of these "not a database" or take an
/// empty file for a new one. Format: https://www.sqlite.org/fileformat2.html, section 1.3.
void check_header(const fs::path& file) {
  if (fs::is_directory(file)) {
    throw InvalidInput(file.string() + " is a folder; --registry names a file, such as " +
                       (file / "registry.db").string());
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    throw InvalidInput("registry " + file.string() + " can't be read: " + std::strerror(errno));
  }
  std::array<unsigned char, 100> header{};
  stream.read(reinterpret_cast<char*>(header.data()), static_cast<std::streamsize>(header.size()));
  if (stream.gcount() == 0) {
    throw InvalidInput("registry " + file.string() +
                       " is empty (0 bytes): delete it to have a new one made, restore it from a backup, " +
                       kElsewhere);
  }
  constexpr std::string_view magic("SQLite format 3\0", 16);
  if (stream.gcount() < 100 || std::memcmp(header.data(), magic.data(), magic.size()) != 0) {
    throw InvalidInput(file.string() + " is not an SQLite database, so it is no registry: restore it from a backup, " +
                       kElsewhere);
  }
  if (big_endian(&header[68]) != static_cast<std::uint32_t>(registry::kApplicationId)) {
    throw InvalidInput(file.string() +
                       " is an SQLite database of another program, not a registry of Assay; name a "
                       "registry with --registry FILE");
  }
}

void check_missing(const fs::path& file) {
  if (!fs::exists(file)) {
    throw InvalidInput("there is no registry at " + file.string() +
                       " yet: record a run with `runner EXPERIMENT.toml`, " + kElsewhere);
  }
}

void check_writable(const fs::path& file) {
  if (!is_writable(file)) {
    throw InvalidInput("registry " + file.string() +
                       " is read-only, and recording a run writes to it: allow writing "
                       "(chmod u+w), " +
                       kElsewhere);
  }
  if (!is_writable(file.parent_path())) {
    throw InvalidInput("the folder " + file.parent_path().string() +
                       " of the registry is not writable, and recording a "
                       "run makes files there: allow writing (chmod u+w), " +
                       kElsewhere);
  }
}

void make_folder(const fs::path& file) {
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  if (error || !is_writable(file.parent_path())) {
    throw InvalidInput("a registry can't be made at " + file.string() + ": " +
                       existing_parent(file.parent_path()).string() + " is not writable (" +
                       (error ? error.message() : "Permission denied") + "); name another place with --registry FILE");
  }
}

/// Made under another name and renamed, so that a kill at any moment leaves no half-made registry.
void create(const fs::path& file, std::chrono::milliseconds patience) {
  make_folder(file);
  WriteLock lock(file, patience);
  if (fs::exists(file)) {
    return;  // Another process was faster.
  }
  const fs::path draft = file.string() + ".new";
  fs::remove(draft);
  {
    Database database(draft, Database::Access::create, 1000);
    database.execute("PRAGMA page_size = 4096; PRAGMA auto_vacuum = NONE;");
    registry::migrate(database);
    database.execute("PRAGMA journal_mode = WAL");
  }
  fs::remove(draft.string() + "-wal");  // Empty: the mode was changed last.
  fs::remove(draft.string() + "-shm");
  fs::rename(draft, file);
}

void check_schema(const Database& database) {
  const std::int64_t schema = database.integer("PRAGMA user_version");
  if (schema > registry::current_schema()) {
    throw InvalidInput("registry " + database.file().string() +
                       " was written by a newer Assay: its schema is version " + std::to_string(schema) +
                       ", this program knows versions up to " + std::to_string(registry::current_schema()) +
                       "; update Assay, " + kElsewhere);
  }
}

/// Removes a folder with all in it.
struct RemovedAtTheEnd {
  fs::path folder;
  ~RemovedAtTheEnd() {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
};

/// A copy that only this process sees, made by `copy`, which is given its path. It can be recovered and brought up to
/// date where the file itself can't be written.
std::unique_ptr<Database> open_private_copy(const std::function<void(const fs::path&)>& copy, int busy_ms) {
  std::string folder = (fs::temp_directory_path() / "assay-registry-XXXXXX").string();
  if (!::mkdtemp(folder.data())) {
    throw Failure("can't make a folder in " + fs::temp_directory_path().string() + ": " + std::strerror(errno));
  }
  const RemovedAtTheEnd removed{folder};  // The open connection keeps the files alive.
  const fs::path file = fs::path(folder) / "registry.db";
  copy(file);
  auto database = std::make_unique<Database>(file, Database::Access::read_write, busy_ms);
  registry::migrate(*database);
  return database;
}

/// The files as they lie there. Only for a registry that SQLite can't read in its place: where a writer is alive, one
/// file may be copied before a change and the other after it.
void copy_files(const fs::path& file, const fs::path& copy) {
  for (const char* part : {"", "-wal"}) {
    if (fs::exists(file.string() + part)) {
      fs::copy_file(file.string() + part, copy.string() + part);
      fs::permissions(copy.string() + part, fs::perms::owner_read | fs::perms::owner_write);
    }
  }
}

/// The newest schema that this program knows; an older one lacks tables that queries ask for.
bool is_up_to_date(const Database& database) {
  return database.integer("PRAGMA user_version") >= registry::current_schema();
}

/// Of a registry whose last writer died and whose folder can't be written: SQLite needs a file beside it to read what
/// is in the WAL.
bool has_unmoved_wal(const fs::path& file) {
  std::error_code error;
  const auto bytes = fs::file_size(file.string() + "-wal", error);
  return !error && bytes > 0;
}

/// None where SQLite can't read the file in its place: the -shm file that it needs beside it is missing.
std::unique_ptr<Database> open_read_only(const fs::path& file, int busy_ms) {
  try {
    auto database = std::make_unique<Database>(file, Database::Access::read_only, busy_ms);
    is_up_to_date(*database);  // The first reading finds out.
    return database;
  } catch (const DatabaseError& error) {
    const int code = error.code & 0xff;
    if (code != SQLITE_CANTOPEN && code != SQLITE_READONLY) {
      throw;
    }
    return nullptr;
  }
}

std::unique_ptr<Database> open_unwritable(const fs::path& file, int busy_ms) {
  if (auto database = open_read_only(file, busy_ms)) {
    if (is_up_to_date(*database)) {
      return database;
    }
    return open_private_copy([&](const fs::path& copy) { database->copy_to(copy); }, busy_ms);
  }
  auto database = std::make_unique<Database>(file, Database::Access::immutable, busy_ms);
  if (!has_unmoved_wal(file) && is_up_to_date(*database)) {
    return database;
  }
  return open_private_copy([&](const fs::path& copy) { copy_files(file, copy); }, busy_ms);
}

std::unique_ptr<Database> open_for_reading(const fs::path& file, std::chrono::milliseconds patience) {
  const int busy_ms = static_cast<int>(patience.count());
  if (!is_writable(file) || !is_writable(file.parent_path())) {
    return open_unwritable(file, busy_ms);
  }
  // Read-write even to read: a WAL that a killed writer left must be recovered.
  auto database = std::make_unique<Database>(file, Database::Access::read_write, busy_ms);
  if (!is_up_to_date(*database)) {
    const WriteLock lock(file, patience);
    registry::migrate(*database);
  }
  database->execute("PRAGMA query_only = 1");
  return database;
}

std::unique_ptr<Database> open_database(const fs::path& file, OpenMode mode, std::chrono::milliseconds patience) {
  const int busy_ms = static_cast<int>(patience.count());
  if (mode == OpenMode::read) {
    return open_for_reading(file, patience);
  }
  check_writable(file);
  auto database = std::make_unique<Database>(file, Database::Access::read_write, busy_ms);
  check_schema(*database);
  if (!is_up_to_date(*database)) {
    const WriteLock lock(file, patience);
    registry::migrate(*database);
  }
  return database;
}

}  // namespace

fs::path Registry::locate(const std::optional<fs::path>& option, const fs::path& from) {
  if (option) {
    return fs::absolute(*option).lexically_normal();
  }
  if (const char* variable = std::getenv("ASSAY_REGISTRY"); variable && *variable) {
    return fs::absolute(variable).lexically_normal();
  }
  const fs::path start = fs::absolute(from).lexically_normal();
  for (fs::path folder = start;; folder = folder.parent_path()) {
    if (fs::exists(folder / "runs" / "registry.db")) {
      return folder / "runs" / "registry.db";
    }
    if (folder == folder.parent_path()) {
      return start / "runs" / "registry.db";
    }
  }
}

Registry Registry::open(const fs::path& file, OpenMode mode, std::chrono::milliseconds patience) {
  Registry registry(fs::absolute(file).lexically_normal(), mode, patience);
  if (mode == OpenMode::write && !fs::exists(registry.file_)) {
    create(registry.file_, patience);
  }
  check_missing(registry.file_);
  check_header(registry.file_);
  registry.database_ = open_database(registry.file_, mode, patience);
  check_schema(*registry.database_);
  return registry;
}

Registry::Registry(fs::path file, OpenMode mode, std::chrono::milliseconds patience)
    : file_(std::move(file)), mode_(mode), patience_(patience) {}
Registry::Registry(Registry&&) noexcept = default;
Registry& Registry::operator=(Registry&&) noexcept = default;
Registry::~Registry() = default;

}  // namespace assay
