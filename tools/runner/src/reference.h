// The reference of an experiment file's keys as Markdown, made from the field tables.
#pragma once

#include <string>

#include "assay/fields.h"

namespace assay {

/// A table with a row for each key: key, kind, default, range and unit, meaning. Inner tables follow as rows with
/// dotted keys.
std::string markdown_of(const FieldTable& table);

/// The same for a terminal, indented.
std::string text_of(const FieldTable& table);

}  // namespace assay
