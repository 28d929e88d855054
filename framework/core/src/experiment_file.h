// An experiment file as one tree: what it extends is merged in, settings of the command line are applied. Nothing is
// checked against the description here.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "assay/node.h"

namespace assay {

/// Reads a file; extends = "base.toml" (relative to the file) is read first and merged under it: tables merge, lists
/// and scalars replace, and a table whose "plugin" or "name" changes drops the base's entries. Throws InvalidInput for
/// a cycle, naming its files.
Node read_with_bases(const std::filesystem::path& file);

/// Applies "training.epochs=20". An augmentation is addressed by its id. A value that is no TOML is a text.
/// Throws InvalidInput when the setting has no '=', or goes through something that is no table.
void apply_setting(Node& experiment, const std::string& setting);

}  // namespace assay
