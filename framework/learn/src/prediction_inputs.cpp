#include "prediction_inputs.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "assay/data/dataset.h"
#include "assay/error.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

std::string lower_ending(const fs::path& file) {
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending;
}

/// Size and time stay 0 for a file that can't be looked at: reading it will tell why.
ImageFile image_file(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {path.string(), 0, 0};
  return {path.string(), static_cast<std::int64_t>(status.st_size),
          static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec};
}

std::vector<fs::path> images_below(const fs::path& folder) {
  std::vector<fs::path> images;
  std::error_code error;
  std::error_code dangling;  // a link to nothing is no folder; reading it will say so
  fs::recursive_directory_iterator entry(folder, error);
  for (const fs::recursive_directory_iterator end; !error && entry != end; entry.increment(error)) {
    if (!entry->is_directory(dangling) && has_image_ending(entry->path())) images.push_back(entry->path());
  }
  if (error) throw InvalidInput(folder.string() + " can't be read: " + error.message());
  if (images.empty()) throw InvalidInput(folder.string() + " holds no image (bmp, png, jpg, tif)");
  std::sort(images.begin(), images.end());
  return images;
}

/// Those of its sources that have no labels; the others were for training and judging.
std::vector<fs::path> unlabelled_images(DatasetOptions options) {
  std::erase_if(options.source, [](const SourceOptions& source) { return source.split != "none"; });
  if (options.source.empty()) {
    throw InvalidInput(
        "the experiment has no source with split = \"none\", whose images are for prediction; name a folder of images, "
        "or a manifest");
  }
  return images_for_prediction(options, cache_folder());
}

std::vector<fs::path> images_of_manifest(const fs::path& manifest) {
  SourceOptions source;
  source.path = fs::absolute(manifest).string();
  source.split = "none";
  DatasetOptions options;
  options.source.push_back(source);
  return images_for_prediction(options, cache_folder());
}

std::vector<fs::path> images_at(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) throw InvalidInput("there is no image, folder or manifest " + path.string());
  if (fs::is_directory(path, error)) return images_below(path);
  if (lower_ending(path) == ".csv") return images_of_manifest(path);
  return {path};
}

}  // namespace

bool has_image_ending(const fs::path& file) {
  constexpr std::array<const char*, 6> endings{".bmp", ".png", ".jpg", ".jpeg", ".tif", ".tiff"};
  return std::find(endings.begin(), endings.end(), lower_ending(file)) != endings.end();
}

std::vector<ImageFile> images_to_predict(const PredictRequest& request) {
  std::vector<ImageFile> files;
  std::set<fs::path> added;
  const auto add = [&](const std::vector<fs::path>& paths) {
    for (const fs::path& path : paths) {
      if (added.insert(path).second) files.push_back(image_file(path));
    }
  };
  for (const fs::path& path : request.paths) add(images_at(path));
  for (const DatasetOptions& dataset : request.datasets) add(unlabelled_images(dataset));
  return files;
}

}  // namespace assay
