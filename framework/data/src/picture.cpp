#include "picture.h"

#include <fcntl.h>
#include <opencv2/core.hpp>
#include <opencv2/core/utility.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "assay/error.h"
#include "pixel_decoder.h"
#include "stored_picture.h"

namespace assay::data {
namespace {

/// Our threads each work on a picture of their own; threads of OpenCV's below them would only be in the way.
/// And what it thinks of a file, the exception for it says.
void quieten_opencv() {
  static const bool once = [] {
    cv::setNumThreads(1);
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    return true;
  }();
  static_cast<void>(once);
}

/// Not blocking: opening a named pipe would wait for its other end.
class OpenFile {
 public:
  explicit OpenFile(const std::filesystem::path& file)
      : descriptor_(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

[[noreturn]] void throw_unreadable() { throw BadImage("can't be read: " + std::system_category().message(errno)); }

cv::Mat decode_to_bgr(std::span<const std::uint8_t> file) {
  quieten_opencv();
  // OpenCV reads through a pointer that is not const, and does not write.
  const cv::Mat bytes(1, static_cast<int>(file.size()), CV_8UC1, const_cast<std::uint8_t*>(file.data()));
  try {
    return cv::imdecode(bytes, cv::IMREAD_COLOR | cv::IMREAD_ANYDEPTH);
  } catch (const cv::Exception& problem) {
    throw BadImage(std::string("can't be decoded: ") + problem.what());
  }
}

void round_to_8_bits(cv::Mat& image) {
  if (image.depth() == CV_16U) {
    image.convertTo(image, CV_8U, 1.0 / 257.0);
  } else if (image.depth() != CV_8U) {
    throw BadImage("holds numbers that are not 8- or 16-bit colours; convert it to 8 bits");
  }
}

bool has_size_of(const cv::Mat& image, const ImageHeader& header) {
  const bool upright = image.cols == header.width && image.rows == header.height;
  const bool turned = image.cols == header.height && image.rows == header.width;
  return upright || turned;
}

cv::Mat as_matrix(Picture& picture) {
  return {static_cast<int>(picture.height), static_cast<int>(picture.width), CV_8UC3, picture.rgb.data()};
}

using Histogram = std::array<std::array<std::int64_t, 256>, 3>;

void count_pixels(Histogram& histogram, const std::uint8_t* rgb, std::int64_t pixels, std::int64_t step) {
  for (std::int64_t i = 0; i < pixels; ++i, rgb += step) {
    for (std::size_t c = 0; c < 3; ++c) ++histogram[c][rgb[c]];
  }
}

Rgb median_of(const Histogram& histogram) {
  Rgb median{};
  for (std::size_t c = 0; c < 3; ++c) {
    std::int64_t total = 0;
    for (const std::int64_t count : histogram[c]) total += count;
    std::int64_t below = 0;
    std::size_t level = 0;
    while ((below += histogram[c][level]) * 2 < total) ++level;
    median[c] = static_cast<std::uint8_t>(level);
  }
  return median;
}

}  // namespace

void read_bytes(const std::filesystem::path& file, std::vector<std::uint8_t>& bytes) {
  constexpr std::int64_t kLargestFile = std::int64_t{1} << 30;
  const OpenFile open(file);
  if (open.descriptor() < 0) throw_unreadable();
  struct stat status {};
  if (::fstat(open.descriptor(), &status) != 0) throw_unreadable();
  if (!S_ISREG(status.st_mode)) throw BadImage("is no regular file");
  if (status.st_size > kLargestFile) throw BadImage("is larger than a gigabyte");
  bytes.resize(static_cast<std::size_t>(status.st_size));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::read(open.descriptor(), bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_unreadable();
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
}

std::vector<std::uint8_t> read_bytes(const std::filesystem::path& file) {
  std::vector<std::uint8_t> bytes;
  read_bytes(file, bytes);
  return bytes;
}

void decode_by_opencv(std::span<const std::uint8_t> file, const ImageHeader& header, Picture& out) {
  cv::Mat image = decode_to_bgr(file);
  if (image.empty())
    throw BadImage("can't be decoded: its pixels are damaged, or packed in a way that OpenCV does not know");
  if (!has_size_of(image, header)) throw BadImage("is damaged: its pixels do not fill the size that its header gives");
  round_to_8_bits(image);
  out.width = image.cols;
  out.height = image.rows;
  out.rgb.resize(image.total() * 3);
  cv::Mat rgb = as_matrix(out);
  cv::cvtColor(image, rgb, cv::COLOR_BGR2RGB);
}

std::string decoder_versions() {
  return "OpenCV " + cv::getVersionString() + ", " + png_version() + ", " + jpeg_version();
}

void turn_upright(Picture& picture, int orientation) {
  if (orientation == 1) return;
  cv::Mat stored = as_matrix(picture);
  cv::Mat upright;
  // EXIF counts 5 to 8 with rows and columns exchanged, then mirrors as 1 to 4 do.
  const bool exchanged = orientation >= 5;
  if (exchanged) {
    cv::transpose(stored, upright);
  } else {
    upright = stored.clone();
  }
  const bool mirrored = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
  const bool upside_down = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
  if (mirrored) cv::flip(upright, upright, 1);
  if (upside_down) cv::flip(upright, upright, 0);
  picture.width = upright.cols;
  picture.height = upright.rows;
  upright.copyTo(as_matrix(picture));
}

Picture decode_picture(std::span<const std::uint8_t> file, double pixel_limit) {
  const ImageHeader header = inspect_image(file);
  check_pixel_limit(header, pixel_limit);
  Picture picture;
  // Room for what LevelledPicture puts behind the pixels, so that they needn't move.
  picture.rgb.reserve(static_cast<std::size_t>(header.width * header.height * 3 + kLevelSlack));
  if (header.format == ImageFormat::png) {
    decode_png(file, header, picture);
  } else if (header.format == ImageFormat::jpeg) {
    decode_jpeg(file, header, 1, picture);
  } else {
    decode_by_opencv(file, header, picture);
  }
  turn_upright(picture, header.orientation);
  return picture;
}

Picture read_picture(const std::filesystem::path& file, double pixel_limit) {
  try {
    return decode_picture(read_bytes(file), pixel_limit);
  } catch (const BadImage& problem) {
    throw Failure(file.string() + " " + problem.what());
  }
}

Rgb median_of_picture(const Picture& picture) {
  Histogram histogram{};
  count_pixels(histogram, picture.rgb.data(), picture.width * picture.height, 3);
  return median_of(histogram);
}

Rgb median_of_border(const Picture& picture) {
  Histogram histogram{};
  const std::int64_t stride = picture.width * 3;
  count_pixels(histogram, picture.row(0), picture.width, 3);
  count_pixels(histogram, picture.row(picture.height - 1), picture.width, 3);
  count_pixels(histogram, picture.row(0), picture.height, stride);
  count_pixels(histogram, picture.row(0) + stride - 3, picture.height, stride);
  return median_of(histogram);
}

}  // namespace assay::data
