// PNG by libpng.
#include <png.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "pixel_decoder.h"

namespace assay::data {
namespace {

struct Source {
  const std::uint8_t* at;
  std::size_t left;
};

constexpr std::size_t kMessageSize = 200;

/// The message outlives the longjmp, so it is no std::string.
struct Message {
  char text[kMessageSize] = "";
};

void read_from_memory(png_structp png, png_bytep out, std::size_t count) {
  auto* source = static_cast<Source*>(png_get_io_ptr(png));
  if (count > source->left) png_error(png, "the data end too early");
  std::memcpy(out, source->at, count);
  source->at += count;
  source->left -= count;
}

[[noreturn]] void on_error(png_structp png, png_const_charp text) {
  auto* message = static_cast<Message*>(png_get_error_ptr(png));
  std::strncpy(message->text, text, kMessageSize - 1);
  png_longjmp(png, 1);
}

void ignore_warning(png_structp /*png*/, png_const_charp /*text*/) {}

void ask_for_rgb(png_structp png, png_infop info) {
  png_set_palette_to_rgb(png);
  if (png_get_color_type(png, info) == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png);
  png_set_scale_16(png);
  png_set_gray_to_rgb(png);
  png_set_strip_alpha(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
}

/// false: message says why. Holds nothing that needs a destructor, since errors jump out of it.
bool read_rows(Source& source, const ImageHeader& header, png_bytepp rows, Message& message) {
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &message, on_error, ignore_warning);
  png_infop info = png == nullptr ? nullptr : png_create_info_struct(png);
  if (info == nullptr || setjmp(png_jmpbuf(png)) != 0) {
    png_destroy_read_struct(&png, &info, nullptr);
    return false;
  }
  png_set_read_fn(png, &source, read_from_memory);
  png_set_user_limits(png, static_cast<png_uint_32>(header.width), static_cast<png_uint_32>(header.height));
  // inspect_image has checked the CRC of every chunk; these checks again would cost a tenth of the decoding.
  png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
  png_set_option(png, PNG_IGNORE_ADLER32, PNG_OPTION_ON);
  png_read_info(png, info);
  ask_for_rgb(png, info);
  if (png_get_rowbytes(png, info) != static_cast<std::size_t>(header.width) * 3) png_error(png, "no RGB comes of it");
  png_read_image(png, rows);
  png_destroy_read_struct(&png, &info, nullptr);
  return true;
}

}  // namespace

void decode_png(std::span<const std::uint8_t> file, const ImageHeader& header, Picture& out) {
  out.width = header.width;
  out.height = header.height;
  out.rgb.resize(static_cast<std::size_t>(header.width * header.height * 3));
  std::vector<png_bytep> rows;
  for (std::int64_t y = 0; y < out.height; ++y) rows.push_back(out.row(y));
  Source source{file.data(), file.size()};
  Message message;
  if (!read_rows(source, header, rows.data(), message)) {
    throw BadImage(std::string("is damaged: it can't be unpacked (") + message.text + ")");
  }
}

std::string png_version() { return std::string("libpng ") + png_get_libpng_ver(nullptr); }

}  // namespace assay::data
