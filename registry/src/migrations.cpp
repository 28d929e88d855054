// Applies migrations; see migrations.h.
#include "migrations.h"

#include <string>

#include "database.h"

namespace assay::registry {

namespace {

/// Lets a migration put a new table in an old one's place, as https://www.sqlite.org/lang_altertable.html (section 7)
/// has it. Else dropping the old one would delete what refers to it, and renaming the new one would fail where a view
/// that somebody made for themselves names the old one. Both settings are without effect inside a transaction.
class TablesMayBeReplaced {
 public:
  explicit TablesMayBeReplaced(Database& database) : database_(database) {
    database_.execute("PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON");
  }
  ~TablesMayBeReplaced() {
    try {
      database_.execute("PRAGMA legacy_alter_table = OFF; PRAGMA foreign_keys = ON");
    } catch (const DatabaseError&) {
      // Nothing is lost: a connection that can't even say this can't delete a row either.
    }
  }
  TablesMayBeReplaced(const TablesMayBeReplaced&) = delete;
  TablesMayBeReplaced& operator=(const TablesMayBeReplaced&) = delete;

 private:
  Database& database_;
};

}  // namespace

int current_schema() { return migrations().back().number; }

void migrate(Database& database) {
  const std::int64_t from = database.integer("PRAGMA user_version");
  if (from >= current_schema()) {
    return;
  }
  const TablesMayBeReplaced settings(database);
  Transaction transaction(database);
  for (const Migration& migration : migrations()) {
    if (migration.number > from) {
      database.execute(std::string(migration.sql));
    }
  }
  database.execute("PRAGMA application_id = " + std::to_string(kApplicationId));
  database.execute("PRAGMA user_version = " + std::to_string(current_schema()));
  transaction.commit();
}

}  // namespace assay::registry
