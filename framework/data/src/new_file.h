// Writing a result where nothing was before.
#pragma once

#include <filesystem>
#include <string_view>

namespace assay::data {

/// Writes a file that doesn't exist yet. It appears whole or not at all: a process that is killed leaves a file
/// FILE.writing-PROCESS at most. Throws InvalidInput when it exists, and Failure with the system's reason, leaving
/// nothing behind, when it can't be written.
void write_new_file(const std::filesystem::path& file, std::string_view bytes);

}  // namespace assay::data
