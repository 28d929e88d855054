// Applies migrations; see migrations.h.
#include "migrations.h"

#include <string>

#include "database.h"

namespace assay::registry {

int current_schema() { return migrations().back().number; }

void migrate(Database& database) {
  const std::int64_t from = database.integer("PRAGMA user_version");
  if (from >= current_schema()) {
    return;
  }
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
