// Why a file can't be a library of this program: a sentence for people where the dynamic linker has four words.
#pragma once

#include <filesystem>
#include <string>

namespace assay {

/// What keeps a file from being opened as a library, as the rest of a sentence that begins with "it": "is for AArch64,
/// this program is for x86-64". Empty when its headers are fine. Must be asked before the library is opened: the
/// dynamic linker dies of SIGBUS in a file that is cut short. See elf(5).
std::string why_no_library(const std::filesystem::path& file);

/// The dynamic linker's message in a sentence where it is a known one ("undefined symbol: _ZN5assay..."), with the
/// message itself behind it.
std::string explain_open_failure(const std::string& failure);

}  // namespace assay
