// What an image file says of itself, and whether it is whole: read from its bytes without decoding a pixel. Decoders
// fill what a truncated file lacks with grey and say nothing, so completeness is checked here, before them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

namespace assay::data {

enum class ImageFormat : std::uint8_t { bmp, png, jpeg, tiff };

/// "BMP", "PNG", "JPEG" or "TIFF".
const char* format_name(ImageFormat format);

/// true when a file name's ending (".JPG") belongs to the format.
bool is_extension_of(const std::string& extension, ImageFormat format);

/// true for the ending of any of the four formats, in upper or lower case.
bool is_image_extension(const std::string& extension);

/// true for the ending of an image format that is not read: WebP, GIF, DICOM, slide scanners' and the like.
bool is_foreign_image_extension(const std::string& extension);

struct ImageHeader {
  ImageFormat format = ImageFormat::bmp;
  std::int64_t width = 0;  ///< as stored, before EXIF orientation
  std::int64_t height = 0;
  int orientation = 1;  ///< EXIF's, 1 to 8, of PNG and JPEG; OpenCV turns TIFFs itself
};

/// Why an image can't be used, as the end of a sentence that begins with its name: "is truncated: ...".
class BadImage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads the header of a whole file held in memory and checks that the file is complete: BMP by its size, PNG by its
/// chunks, their CRCs and IEND, JPEG by its segments and the end-of-image marker after the last scan, TIFF by the
/// strips or tiles of its first page. Throws BadImage; also for what would be decoded to wrong colours (CMYK, 12 bits
/// in JPEG), and for several pages or frames, all but the first of which would be lost.
ImageHeader inspect_image(std::span<const std::uint8_t> file);

/// Throws BadImage for more pixels than a limit, before decoding takes the memory for them.
void check_pixel_limit(const ImageHeader& header, double pixel_limit);

/// The bytes of a file, each access checked: outside of them the file is truncated.
class ImageBytes {
 public:
  explicit ImageBytes(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::uint64_t size() const { return bytes_.size(); }
  const std::uint8_t* data() const { return bytes_.data(); }
  std::uint8_t u8(std::uint64_t at) const { return bytes_[checked(at, 1)]; }
  std::uint64_t little(std::uint64_t at, int count) const;
  std::uint64_t big(std::uint64_t at, int count) const;
  bool starts_with(std::span<const std::uint8_t> prefix) const;

 private:
  std::size_t checked(std::uint64_t at, std::uint64_t count) const;

  std::span<const std::uint8_t> bytes_;
};

ImageHeader inspect_bmp(const ImageBytes& file);
ImageHeader inspect_png(const ImageBytes& file);
ImageHeader inspect_jpeg(const ImageBytes& file);
ImageHeader inspect_tiff(const ImageBytes& file);

/// The orientation that a block of EXIF data gives, which is built like a TIFF file; 1 where it gives none that makes
/// sense. Never throws: a picture with damaged EXIF data is a picture still.
int exif_orientation(std::span<const std::uint8_t> block);

}  // namespace assay::data
