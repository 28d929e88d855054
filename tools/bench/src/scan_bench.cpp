#include "scan_bench.h"

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "assay/data/dataset.h"
#include "assay/error.h"

namespace assay::bench {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int kRepeats = 5;

/// Does work(i) for each number below count on all cores. Returns the seconds it took.
template <typename Work>
double seconds_on_all_cores(std::size_t count, const Work& work) {
  std::atomic<std::size_t> next{0};
  const auto begun = Clock::now();
  {
    std::vector<std::jthread> threads;
    for (unsigned int i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
      threads.emplace_back([&] {
        for (std::size_t n = next++; n < count; n = next++) work(n);
      });
    }
  }
  return std::chrono::duration<double>(Clock::now() - begun).count();
}

/// The demo set, 450 px on a side.
DatasetOptions demo_options() {
  DatasetOptions options;
  options.path = "demo";
  options.demo = {3000, 60, 450};
  return options;
}

/// The same pictures in another format, by class, one folder a class.
std::vector<fs::path> write_as(const std::string& extension, const Dataset& demo, const fs::path& folder) {
  std::vector<fs::path> files(demo.samples.size());
  for (const std::string& name : demo.classes) fs::create_directories(folder / name);
  seconds_on_all_cores(files.size(), [&](std::size_t i) {
    files[i] = folder / fs::path(demo.samples[i].name).replace_extension(extension);
    cv::imwrite(files[i].string(), cv::imread(demo.samples[i].path.string()));
  });
  return files;
}

double seconds_of_decoding(const std::vector<fs::path>& files) {
  std::atomic<std::size_t> failed{0};
  const double seconds = seconds_on_all_cores(files.size(), [&](std::size_t i) {
    if (cv::imread(files[i].string()).empty()) ++failed;
  });
  if (failed > 0) throw Failure(std::to_string(failed) + " images of the bench can't be decoded");
  return seconds;
}

double seconds_of_opening(const fs::path& folder, const fs::path& cache) {
  DatasetOptions options;
  options.path = folder.string();
  options.group = GroupOptions{"UID_(\\d+)_", {}, {}, {}};
  const auto begun = Clock::now();
  open_dataset(options, cache);
  return std::chrono::duration<double>(Clock::now() - begun).count();
}

std::vector<Row> rows_of(const std::string& format, const std::vector<fs::path>& files, const fs::path& folder) {
  std::vector<double> first;
  std::vector<double> again;
  std::vector<double> decoding;
  seconds_of_decoding(files);  // from here on all files are in the system's cache
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    const fs::path cache = folder / ("cache " + std::to_string(repeat));
    first.push_back(seconds_of_opening(folder, cache));
    decoding.push_back(seconds_of_decoding(files));
    again.push_back(seconds_of_opening(folder, cache));
  }
  const double ratio = median(first) / median(decoding);
  const std::string images = std::to_string(files.size()) + " " + format + " of 450 px";
  return {{"opening " + images, "s", median(first), "cv::imread on all cores", median(decoding), "at least 1x",
           ratio <= 1.0},
          {"opening the same again", "s", median(again), "", 0, "under 0.4 s, so 2 s for 15,000", median(again) < 0.4}};
}

}  // namespace

std::vector<Row> bench_scan(const fs::path& scratch) {
  cv::setNumThreads(1);
  const Dataset demo = open_dataset(demo_options(), cache_folder());
  std::vector<Row> rows;
  for (const char* extension : {"png", "jpg", "bmp"}) {
    const fs::path folder = scratch / extension;
    const std::vector<fs::path> files = write_as(std::string(".") + extension, demo, folder);
    for (const Row& row : rows_of(extension, files, folder)) rows.push_back(row);
    fs::remove_all(folder);
  }
  return rows;
}

}  // namespace assay::bench
