// Whether a name still is that of the file that was opened by it.
#pragma once

#include <sys/stat.h>

#include <filesystem>

namespace assay::detail {

/// false when the file was renamed or removed since, and when another one has the name by now.
inline bool has_name(int descriptor, const std::filesystem::path& file) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(descriptor, &opened) == 0 && ::stat(file.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
         opened.st_ino == named.st_ino;
}

}  // namespace assay::detail
