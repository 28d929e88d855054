#include "sample_file.h"

#include "assay/error.h"
#include "file_check.h"

namespace assay::data {

void read_sample(const Sample& sample, std::vector<std::uint8_t>& bytes) {
  read_bytes(sample.path, bytes);
  if (sample.content_hash.empty() || content_hash(bytes.data(), bytes.size()) == sample.content_hash) return;
  throw Failure(sample.path.string() + " has changed since the data set was opened; start the run again");
}

Picture decode_sample(const Sample& sample, double pixel_limit) {
  try {
    std::vector<std::uint8_t> bytes;
    read_sample(sample, bytes);
    return decode_picture(bytes, pixel_limit);
  } catch (const BadImage& problem) {
    throw Failure(sample.path.string() + " " + problem.what());
  }
}

}  // namespace assay::data
