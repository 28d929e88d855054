// Reading a sample's file again after the data set was opened. What is kept under a content's hash (packs, features)
// must be made from that content, so a file that has changed since is refused.
#pragma once

#include <cstdint>
#include <vector>

#include "assay/data/dataset.h"
#include "picture.h"

namespace assay::data {

/// The bytes of a sample's file, into memory that is used again and again. Throws BadImage when it can't be read, and
/// Failure naming it when it has changed since the data set was opened. A sample without a hash, of a loose file, is
/// taken as it is. Any thread.
void read_sample(const Sample& sample, std::vector<std::uint8_t>& bytes);

/// Reads and decodes. Throws Failure naming the file, for all of these. Any thread.
Picture decode_sample(const Sample& sample, double pixel_limit);

}  // namespace assay::data
