// Writing a text so that a process or a machine that stops at any moment leaves the old file or the new one, never a
// part.
#pragma once

#include <filesystem>
#include <string>

namespace assay {

/// Replaces or makes a file: to a temporary name beside it, synced, renamed, folder synced. Throws Failure.
void replace_file(const std::filesystem::path& file, const std::string& text);

/// Makes what another library wrote outlast a power failure. Throws Failure.
void sync_file(const std::filesystem::path& file);

/// Makes what was renamed or made in a folder outlast a power failure, where the file system can.
void sync_folder(const std::filesystem::path& folder);

}  // namespace assay
