# Writes the numbered migrations into a C++ source, so that a registry can be made or brought up to date by the library
# alone. Run as a script:  cmake -DOUTPUT=file.cpp -DHEADER=migrations.h "-DFILES=a.sql;b.sql" -P AssayEmbedSql.cmake
# A file is named NUMBER_words.sql; numbers start at 1 and leave no gap.

list(SORT FILES COMPARE NATURAL)
set(rows "")
set(expected 1)
foreach(file IN LISTS FILES)
  get_filename_component(stem "${file}" NAME_WE)
  string(REGEX MATCH "^0*([1-9][0-9]*)[_-](.+)$" _ "${stem}")
  set(number "${CMAKE_MATCH_1}")
  set(name "${CMAKE_MATCH_2}")
  if(NOT number EQUAL expected)
    message(FATAL_ERROR "${file}: expected migration number ${expected} here")
  endif()
  math(EXPR expected "${expected} + 1")
  file(READ "${file}" sql)
  string(APPEND rows "    {${number}, \"${name}\", R\"~sql~(${sql})~sql~\"},\n")
endforeach()

file(WRITE "${OUTPUT}"
"// Generated from registry/schema by tools/cmake/AssayEmbedSql.cmake.
#include \"${HEADER}\"

#include <array>

namespace assay::registry {

std::span<const Migration> migrations() {
  static constexpr auto kMigrations = std::to_array<Migration>({
${rows}  });
  return kMigrations;
}

}  // namespace assay::registry
")
