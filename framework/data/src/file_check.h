// Reading every file of a data set once: the hash of its bytes, and whether it is a whole, readable image.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "assay/data/dataset.h"

namespace assay::data {

struct FileCheck {
  std::string content_hash;  ///< XXH3, 128 bits, of the file's bytes: 32 hexadecimal digits
  std::string problem;       ///< empty, or why the file can't be used, to follow its name: "is truncated: ..."
  bool misnamed = false;     ///< readable, but of another format than the ending of its name says
};

/// One result for each file. Reads in parallel (threads = 0: all processors). XXH3 and not SHA-256, because it keeps up
/// with the disk's cache and finds equal files as surely where nobody forges them.
std::vector<FileCheck> check_files(const std::vector<std::filesystem::path>& files, double pixel_limit,
                                   std::int64_t threads, const Progress& progress = {});

/// XXH3, 128 bits, in hexadecimal digits.
std::string content_hash(const void* bytes, std::size_t size);

}  // namespace assay::data
