#include "image_scan.h"

#include <algorithm>
#include <tuple>

#include "file_check.h"

namespace assay::data {
namespace fs = std::filesystem;

namespace {

/// The reasons, as problems with the file for a place; a long list is cut.
[[noreturn]] void throw_bad_images(const std::vector<std::pair<std::string, std::string>>& bad, std::size_t of) {
  constexpr std::size_t kListed = 100;
  std::vector<Problem> problems;
  for (std::size_t i = 0; i < std::min(bad.size(), kListed); ++i) {
    problems.emplace_back(Location{}, bad[i].first + " " + bad[i].second);
  }
  const std::string cut = bad.size() > kListed ? " (the first " + std::to_string(kListed) + " are listed)" : "";
  problems.emplace_back(Location{},
                        std::to_string(bad.size()) + " of " + std::to_string(of) + " images can't be used" + cut +
                            "; mend or remove them, or set dataset.on_bad_image = \"skip\" to leave them out");
  throw InvalidInput(std::move(problems));
}

}  // namespace

std::vector<ScannedImage> scan_images(FoundImages& found, const DatasetOptions& options, const Progress& progress,
                                      Dataset& dataset) {
  std::vector<fs::path> files;
  for (const FoundImage& image : found.images) files.push_back(image.path);
  const std::vector<FileCheck> checks = check_files(files, options.pixel_limit, 0, progress);
  std::vector<std::pair<std::string, std::string>> bad;
  std::vector<std::string> misnamed;
  std::vector<ScannedImage> readable;
  for (std::size_t i = 0; i < checks.size(); ++i) {
    FoundImage& image = found.images[i];
    if (!checks[i].problem.empty()) {
      bad.emplace_back(image.where.line > 0 ? image.where.text() + ": " + image.name : image.path.string(),
                       checks[i].problem);
      dataset.skipped.push_back(image.name + " " + checks[i].problem);
      continue;
    }
    if (checks[i].misnamed) misnamed.push_back(image.name);
    readable.push_back({std::move(image), checks[i].content_hash});
  }
  if (!bad.empty() && options.on_bad_image != "skip") throw_bad_images(bad, checks.size());
  if (readable.empty()) throw InvalidInput("dataset: none of the images can be read");
  if (!bad.empty()) {
    dataset.warnings.push_back("left out, because they can't be read: " + list_names(dataset.skipped, "image"));
  }
  if (!misnamed.empty()) {
    dataset.warnings.push_back("the contents are of another format than the name's ending says (read all the same): " +
                               list_names(misnamed, "image"));
  }
  std::ranges::sort(readable, {}, [](const ScannedImage& r) { return std::tie(r.content_hash, r.image.name); });
  return readable;
}

}  // namespace assay::data
