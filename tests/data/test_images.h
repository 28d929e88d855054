// Real image files for tests, as the bytes that go into them.
#pragma once

#include <cstdint>
#include <string>

#include "picture.h"

namespace assay::test {

/// A picture whose every pixel depends on its place and a seed, so that two seeds never give the same bytes.
data::Picture noise_picture(std::int64_t width, std::int64_t height, std::uint32_t seed);

/// A picture of one colour.
data::Picture flat_picture(std::int64_t width, std::int64_t height, data::Rgb colour);

/// A file's bytes; extension chooses the format (".png", ".bmp", ".jpg", ".tif").
std::string encode(const data::Picture& picture, const std::string& extension);

/// A small valid file that differs for every seed.
std::string small_image(std::uint32_t seed, const std::string& extension = ".png");

}  // namespace assay::test
