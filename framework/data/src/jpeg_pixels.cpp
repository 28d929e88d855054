// JPEG by libjpeg.
#include <csetjmp>
#include <cstddef>
#include <cstdio>
// libjpeg's header needs the two above it.
#include <jerror.h>
#include <jpeglib.h>

#include <algorithm>

#include "pixel_decoder.h"

// Two steps, so that a macro is replaced before it is quoted.
#define ASSAY_QUOTED(text) #text
#define ASSAY_TEXT_OF(macro) ASSAY_QUOTED(macro)

namespace assay::data {
namespace {

struct ErrorState {
  jpeg_error_mgr manager;  ///< first, so that libjpeg's pointer to it is one to this
  std::jmp_buf leave;
  bool damaged = false;
  long extraneous_bytes = 0;
  char text[JMSG_LENGTH_MAX] = "";
};

ErrorState& state_of(j_common_ptr decoder) { return *reinterpret_cast<ErrorState*>(decoder->err); }

[[noreturn]] void on_error(j_common_ptr decoder) {
  ErrorState& state = state_of(decoder);
  state.manager.format_message(decoder, state.text);
  std::longjmp(state.leave, 1);
}

/// Keeps the first warning that pixels are lost. Others are of no matter: an unknown revision, a wrong colour hint.
void on_message(j_common_ptr decoder, int level) {
  if (level >= 0) return;
  ErrorState& state = state_of(decoder);
  switch (state.manager.msg_code) {
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_JPEG_EOF:
    case JWRN_MUST_RESYNC:
    case JWRN_BOGUS_PROGRESSION:
      if (!state.damaged) state.manager.format_message(decoder, state.text);
      state.damaged = true;
      break;
    case JWRN_EXTRANEOUS_DATA:
      state.extraneous_bytes += state.manager.msg_parm.i[0];
      break;
    default:
      break;
  }
}

void print_nothing(j_common_ptr /*decoder*/) {}

/// Rows of a picture that is large enough: pixels between.
struct Target {
  std::uint8_t* rgb;
  std::int64_t width;
  std::int64_t height;
};

/// false: state says why. Holds nothing that needs a destructor, since errors jump out of it.
bool read_rows(std::span<const std::uint8_t> file, int reduction, const Target& target, ErrorState& state) {
  jpeg_decompress_struct decoder{};  // so that it can be destroyed where creating it fails
  decoder.err = jpeg_std_error(&state.manager);
  state.manager.error_exit = on_error;
  state.manager.emit_message = on_message;
  state.manager.output_message = print_nothing;
  if (setjmp(state.leave) != 0) {
    jpeg_destroy_decompress(&decoder);
    return false;
  }
  jpeg_create_decompress(&decoder);
  jpeg_mem_src(&decoder, file.data(), static_cast<unsigned long>(file.size()));
  jpeg_read_header(&decoder, TRUE);
  decoder.out_color_space = JCS_RGB;
  decoder.scale_num = 1;
  decoder.scale_denom = static_cast<unsigned int>(reduction);
  jpeg_start_decompress(&decoder);
  const bool fits = decoder.output_width == static_cast<JDIMENSION>(target.width) &&
                    decoder.output_height == static_cast<JDIMENSION>(target.height) && decoder.output_components == 3;
  while (fits && decoder.output_scanline < decoder.output_height) {
    JSAMPROW row = target.rgb + static_cast<std::int64_t>(decoder.output_scanline) * target.width * 3;
    jpeg_read_scanlines(&decoder, &row, 1);
  }
  if (fits) jpeg_finish_decompress(&decoder);
  jpeg_destroy_decompress(&decoder);
  return fits;
}

}  // namespace

void decode_jpeg(std::span<const std::uint8_t> file, const ImageHeader& header, int reduction, Picture& out) {
  out.width = (header.width + reduction - 1) / reduction;
  out.height = (header.height + reduction - 1) / reduction;
  out.rgb.resize(static_cast<std::size_t>(out.width * out.height * 3));
  ErrorState state;
  const bool done = read_rows(file, reduction, {out.rgb.data(), out.width, out.height}, state);
  if (!done || state.damaged) throw BadImage(std::string("is damaged: ") + state.text);
  // A damaged bit shifts the meaning of all that follows, so that too few or too many data are left at the end. A sound
  // picture's data may be filled up to a multiple of four bytes.
  constexpr long kHarmless = 3;
  if (state.extraneous_bytes > kHarmless) {
    throw BadImage("is damaged: " + std::to_string(state.extraneous_bytes) + " bytes of its data have no place in it");
  }
}

std::string jpeg_version() {
  const std::string interface = " (" + std::to_string(JPEG_LIB_VERSION) + ")";
#ifdef LIBJPEG_TURBO_VERSION
  return std::string("libjpeg-turbo ") + ASSAY_TEXT_OF(LIBJPEG_TURBO_VERSION) + interface;
#else
  return "libjpeg" + interface;
#endif
}

}  // namespace assay::data
