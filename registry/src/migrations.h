// The steps that make an empty file a registry and an older registry a current one. The table is generated from
// registry/schema/*.sql at build time.
#pragma once

#include <span>
#include <string_view>

namespace assay {
class Database;
}

namespace assay::registry {

struct Migration {
  int number;
  std::string_view name;
  std::string_view sql;
};

/// All migrations, numbered from 1 without gaps.
std::span<const Migration> migrations();

/// Bytes 68 to 71 of every registry, "Assy": tells it from other programs' databases.
inline constexpr int kApplicationId = 0x41737379;

/// The schema that this build writes.
int current_schema();

/// Brings the open database from its schema (0: empty) to the current one in one transaction.
void migrate(Database& database);

}  // namespace assay::registry
