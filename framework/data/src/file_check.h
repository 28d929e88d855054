// Looking at an image file once: the hash of its bytes, whether it is whole and can be decoded, and its print.
#pragma once

#include <filesystem>
#include <string>

#include "image_print.h"

namespace assay::data {

/// The shortest side, in pixels, of anything that could show a cell.
constexpr std::int64_t kShortestSide = 8;

struct FileCheck {
  std::string
      content_hash;     ///< XXH3, 128 bits, of the file's bytes: 32 hexadecimal digits; empty where none could be read
  std::string problem;  ///< empty, or why the file can't be used, to follow its name: "is truncated: ..."
  bool misnamed = false;   ///< readable, but of another format than the ending of its name says
  std::int64_t width = 0;  ///< as stored, before EXIF orientation; 0 where not even the header could be read
  std::int64_t height = 0;
  ImagePrint print;  ///< not turned by EXIF orientation
};

/// Reads a file, decodes it and takes its print. XXH3 and not SHA-256, because it keeps up with the disk's cache and
/// finds equal files as surely where nobody forges them. JPEGs are decoded to a smaller size where that shows enough,
/// which still goes through all their data. Any thread.
FileCheck check_file(const std::filesystem::path& file, double pixel_limit);

/// XXH3, 128 bits, in hexadecimal digits.
std::string content_hash(const void* bytes, std::size_t size);

}  // namespace assay::data
