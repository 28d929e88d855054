#include "file_check.h"

#include <xxhash.h>

#include <array>

#include "parallel.h"
#include "picture.h"

namespace assay::data {
namespace {

FileCheck check_file(const std::filesystem::path& file, double pixel_limit) {
  FileCheck check;
  try {
    const std::vector<std::uint8_t> bytes = read_bytes(file);
    check.content_hash = content_hash(bytes.data(), bytes.size());
    const ImageHeader header = inspect_image(bytes, pixel_limit);
    check.misnamed = !is_extension_of(file.extension().string(), header.format);
  } catch (const BadImage& problem) {
    check.problem = problem.what();
  }
  return check;
}

}  // namespace

std::vector<FileCheck> check_files(const std::vector<std::filesystem::path>& files, double pixel_limit,
                                   std::int64_t threads, const Progress& progress) {
  std::vector<FileCheck> checks(files.size());
  const auto count = static_cast<std::int64_t>(files.size());
  const auto check_one = [&](std::int64_t i) {
    const auto place = static_cast<std::size_t>(i);
    checks[place] = check_file(files[place], pixel_limit);
  };
  for_each_in_parallel(count, threads, check_one, [&](std::int64_t done) {
    if (progress) progress("reading the images", done, count);
  });
  return checks;
}

std::string content_hash(const void* bytes, std::size_t size) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes, size));
  constexpr std::array kDigits{'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
  std::string text;
  for (const unsigned char byte : canonical.digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace assay::data
