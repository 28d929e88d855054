// The numbered migrations of registry/schema, compiled in by tools/cmake/AssayEmbedSql.cmake.
#pragma once

#include <span>
#include <string_view>

namespace assay::registry {

/// One file of registry/schema. `number` counts from 1 without gaps; `sql` is the whole file.
struct Migration {
  int number = 0;
  std::string_view name;
  std::string_view sql;
};

/// All migrations in ascending order of their numbers.
std::span<const Migration> migrations();

}  // namespace assay::registry
