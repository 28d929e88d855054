// One file of kept features: written whole or not at all, checked by its hash when it is opened, mapped, and marked as
// in use for as long as a run needs it, so that whoever makes room in the cache takes another.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "feature_rows.h"

namespace assay {

/// What a file must hold to be the one that is looked for.
struct FeatureFileContents {
  std::string key;           ///< all that the features depend on
  std::int64_t count = 0;    ///< rows
  DType dtype = DType::f32;  ///< or bf16
};

/// Rows of a file, mapped: they lie in the kernel's page cache and not in this process's own memory. Holds a shared
/// flock on the file until the last copy of the rows is gone, and sets its time of last use. A file that is replaced or
/// removed meanwhile stays as it was for those who have it mapped. One that is cut short makes gather() throw Failure;
/// the kernel ends the process (SIGBUS) only when that happens within a copy or while the hash is checked, or when the
/// process has so many files open that this one could not be kept open (half of RLIMIT_NOFILE). Throws InvalidInput
/// when the file holds something else or is damaged, Failure when it can't be read. Any thread.
FeatureRows open_feature_file(const std::filesystem::path& file, const FeatureFileContents& wanted);

/// Writes rows [N, ...] under a key. Throws Failure when the disk is full or the folder not writable.
void write_feature_file(const std::filesystem::path& file, const std::string& key, const TensorView& rows);

}  // namespace assay
