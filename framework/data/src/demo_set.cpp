#include "demo_set.h"

#include <fcntl.h>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include "assay/error.h"
#include "assay/hash.h"
#include "demo_cell.h"
#include "parallel.h"

namespace assay::data {
namespace fs = std::filesystem;

namespace {

/// Raised whenever the pictures change, so that no old ones are taken for new.
constexpr int kGeneratorVersion = 1;

std::string describe_options(const DemoOptions& options) {
  return "generator " + std::to_string(kGeneratorVersion) + ", images = " + std::to_string(options.images) +
         ", patients = " + std::to_string(options.patients) + ", size = " + std::to_string(options.size);
}

void check_options(const DemoOptions& options) {
  std::vector<Problem> problems;
  if (options.size < 16 || options.size > 4096)
    problems.emplace_back(Location{}, "dataset.demo.size: must be between 16 and 4096");
  if (options.patients < 1) problems.emplace_back(Location{}, "dataset.demo.patients: must be at least 1");
  if (options.images < options.patients)
    problems.emplace_back(Location{}, "dataset.demo.images: each of the patients needs an image");
  if (!problems.empty()) throw InvalidInput(std::move(problems));
}

/// Held while one process renders: another waits, and finds the work done. The kernel lets go of it when a process
/// dies.
class FileLock {
 public:
  explicit FileLock(const fs::path& file) : descriptor_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
    int result = descriptor_;
    if (descriptor_ >= 0) {
      do {
        result = ::flock(descriptor_, LOCK_EX);
      } while (result != 0 && errno == EINTR);
    }
    if (result < 0) throw Failure("can't lock " + file.string() + ": " + std::strerror(errno));
  }
  ~FileLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_;
};

void write_file(const fs::path& file, const char* bytes, std::size_t size) {
  std::ofstream out(file, std::ios::binary);
  out.write(bytes, static_cast<std::streamsize>(size));
  out.close();
  if (!out)
    throw Failure("can't write " + file.string() + ": " + std::strerror(errno) +
                  "; is the disk full? (ASSAY_CACHE moves the cache)");
}

void write_png(const fs::path& file, Picture& picture) {
  cv::Mat image(static_cast<int>(picture.height), static_cast<int>(picture.width), CV_8UC3, picture.rgb.data());
  cv::cvtColor(image, image, cv::COLOR_RGB2BGR);
  std::vector<unsigned char> bytes;
  // The default is the fastest way; noise hardly packs better by any other.
  if (!cv::imencode(".png", image, bytes)) {
    throw Failure("OpenCV can't write PNG: " + file.string());
  }
  write_file(file, reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

std::string padded(std::int64_t number, std::size_t digits) {
  const std::string text = std::to_string(number);
  return std::string(digits > text.size() ? digits - text.size() : 0, '0') + text;
}

void render_picture(const fs::path& folder, const DemoOptions& options, std::int64_t index) {
  const std::int64_t number = index % options.patients;
  const DemoPatient patient = make_demo_patient(number);
  const bool malignant = is_malignant(patient, index / options.patients);
  const std::string name = "demo_UID_" +
                           padded(number + 1, std::max<std::size_t>(2, std::to_string(options.patients).size())) + "_" +
                           padded(index + 1, 5) + ".png";
  Picture picture = draw_demo_picture(patient, malignant, index, options.size);
  write_png(folder / (malignant ? "malignant" : "healthy") / name, picture);
}

void write_readme(const fs::path& folder, const DemoOptions& options) {
  const std::string text =
      "These pictures are SYNTHETIC. They were drawn by Assay's demo generator, show no real cell and no real "
      "patient,\n"
      "and say nothing about any disease. They exist so that the framework can be tried out without data.\n\n"
      "Names: demo_UID_<patient>_<number>.png, in a folder for each class. Every patient has both kinds of cells;\n"
      "stain, light and magnification differ by patient.\n\nMade by " +
      describe_options(options) + ".\n";
  write_file(folder / "README.txt", text.data(), text.size());
}

void render_all(const fs::path& folder, const DemoOptions& options, std::int64_t threads, const Progress& progress) {
  fs::create_directories(folder / "malignant");
  fs::create_directories(folder / "healthy");
  write_readme(folder, options);
  const auto render_one = [&](std::int64_t index) { render_picture(folder, options, index); };
  for_each_in_parallel(options.images, threads, render_one, [&](std::int64_t done) {
    if (progress) progress("drawing the demo set", done, options.images);
  });
}

}  // namespace

fs::path demo_folder(const DemoOptions& options, const fs::path& cache, std::int64_t threads,
                     const Progress& progress) {
  check_options(options);
  const std::string name = "demo-" + sha256(describe_options(options)).substr(0, 12);
  const fs::path folder = fs::absolute(cache) / name;
  try {
    if (fs::exists(folder)) return folder;
    fs::create_directories(folder.parent_path());
    const FileLock lock(folder.parent_path() / (name + ".lock"));
    if (fs::exists(folder)) return folder;
    // Only a whole set ever has the final name; what a killed process left under the other one is thrown away.
    const fs::path unfinished = folder.parent_path() / (name + ".unfinished");
    fs::remove_all(unfinished);
    render_all(unfinished, options, threads, progress);
    fs::rename(unfinished, folder);
  } catch (const fs::filesystem_error& problem) {
    throw Failure("can't make the demo set in " + cache.string() + ": " + problem.code().message() +
                  "; ASSAY_CACHE moves the cache");
  }
  return folder;
}

}  // namespace assay::data
