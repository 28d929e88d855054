// checkpoint.json as text: the one file that makes a checkpoint the run's. Strict when read, since what it says decides
// which bytes are trusted.
#pragma once

#include <filesystem>
#include <string>

#include "checkpoint.h"

namespace assay {

/// The manifest as JSON, with the SHA-256 of itself.
std::string manifest_text(const CheckpointManifest& manifest);

/// Throws InvalidInput when the file is no manifest, is damaged, or was written by a newer Assay; Failure when it can't
/// be read.
CheckpointManifest read_manifest(const std::filesystem::path& file);

}  // namespace assay
