// The reference of an experiment file's keys for people, made from the field tables: Markdown, a terminal's text, one
// line. Its form for programs is schema.h.
#pragma once

#include <string>

#include "assay/fields.h"

namespace assay {

/// A table with a row for each key: key, kind, default, range and unit, meaning. Inner tables follow as rows with
/// dotted keys.
std::string markdown_of(const FieldTable& table);

/// The same for a terminal, indented.
std::string text_of(const FieldTable& table);

/// One key in one line: what it means, what it may hold and its default.
std::string summary_of(const Field& field);

}  // namespace assay
