// Comma-separated values as RFC 4180 has them: quoted fields may hold commas, quotes ("") and line breaks.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// One row of a file.
struct CsvRow {
  int line = 0;                     ///< where the row begins, from 1
  std::vector<std::string> fields;  ///< without their quotes
};

/// All rows, the heading included. Accepts a byte-order mark, LF and CRLF, and a last line without end; empty lines are
/// skipped. file is for messages. Throws InvalidInput with file and line for a quote that is not closed or stands
/// inside an unquoted field.
std::vector<CsvRow> parse_csv(std::string_view text, const std::string& file);

/// A text as a field of a row: in quotes where it needs them.
std::string csv_field(std::string_view text);

/// Fields as a row with its line's end.
std::string csv_line(std::span<const std::string> fields);

/// Where the last whole row of a text ends: what a writer that was killed in the middle of a row leaves lies behind it.
std::size_t end_of_whole_rows(std::string_view text);

}  // namespace assay
