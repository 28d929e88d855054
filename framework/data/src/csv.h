// Comma-separated values as RFC 4180 has them: quoted fields may hold commas, quotes ("") and line breaks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace assay::data {

struct CsvRow {
  int line = 0;  ///< where the row begins, from 1
  std::vector<std::string> fields;
};

/// All rows, the header included. Accepts a byte-order mark, LF and CRLF, and a last line without end; empty lines are
/// skipped. file is for messages. Throws InvalidInput with file and line for a quote that is not closed or stands
/// inside an unquoted field.
std::vector<CsvRow> parse_csv(std::string_view text, const std::string& file);

/// A text as a field of a row: in quotes where it needs them.
std::string csv_field(const std::string& text);

}  // namespace assay::data
