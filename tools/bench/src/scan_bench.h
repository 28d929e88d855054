// Opening a data set: reading, hashing and decoding every image, and looking for copies.
#pragma once

#include <filesystem>
#include <vector>

#include "row.h"

namespace assay::bench {

/// For 3,000 different images of 450 px as PNG, JPEG and BMP: opening them the first time against decoding them once by
/// cv::imread on all cores, and opening them again. scratch: an empty folder.
std::vector<Row> bench_scan(const std::filesystem::path& scratch);

}  // namespace assay::bench
