// Writing a result where nothing was before.
#pragma once

#include <filesystem>
#include <string_view>

namespace assay::data {

/// Writes a file that doesn't exist yet. Throws InvalidInput when it does, and Failure with the system's reason,
/// leaving nothing behind, when it can't be written.
void write_new_file(const std::filesystem::path& file, std::string_view bytes);

}  // namespace assay::data
