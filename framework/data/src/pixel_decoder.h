// Decoding PNG and JPEG by libpng and libjpeg directly: unlike through OpenCV, damage is told, and nothing is printed.
// The two libraries report errors by longjmp; that stays inside png_pixels.cpp and jpeg_pixels.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "image_format.h"
#include "image_print.h"
#include "picture.h"

namespace assay::data {

/// Decodes a whole PNG that inspect_image let pass into out, whose memory is reused: 16 bits rounded to 8, grey
/// repeated, palettes looked up, alpha dropped. Not turned by its EXIF orientation. Throws BadImage.
void decode_png(std::span<const std::uint8_t> file, const ImageHeader& header, Picture& out);

/// Decodes a whole JPEG that inspect_image let pass into out, whose memory is reused. reduction 1, 2, 4 or 8 gives a
/// picture smaller by that factor, rounded up, of area means, for a part of the time; all of the file's data are gone
/// through all the same. Not turned by its EXIF orientation. Throws BadImage, also where the data are damaged in a way
/// that the decoder notices and would fill with a guess; some damage (a few blocks of other colours) it can't notice.
void decode_jpeg(std::span<const std::uint8_t> file, const ImageHeader& header, int reduction, Picture& out);

/// The pixels of a BMP that inspect_image let pass, where they lie: nullopt unless it is a plain one of 24 bits.
std::optional<PixelRows> plain_bmp_rows(std::span<const std::uint8_t> file);

/// "libpng 1.6.39", as it is loaded.
std::string png_version();

/// "libjpeg-turbo 2.1.5 (62)", as it was built with: libjpeg doesn't tell its version.
std::string jpeg_version();

/// Libraries that pixels come from, with their versions: another one may round otherwise.
std::string decoder_versions();

}  // namespace assay::data
