// TOML in and out as Nodes. The only header-visible trace of toml++ is in toml_file.cpp.
#pragma once

#include <filesystem>
#include <string>

#include "assay/node.h"

namespace assay {

/// Reads a TOML file. Throws InvalidInput with file:line:column: missing, unreadable, above 1 MB, not UTF-8, malformed,
/// or nested deeper than 64 levels. An empty file is an empty table.
Node read_toml(const std::filesystem::path& file);

/// The same for a text; name stands in the messages.
Node parse_toml(const std::string& text, const std::string& name);

/// A table as a TOML document that read_toml reads back as an equal Node.
std::string write_toml(const Node& table);

}  // namespace assay
