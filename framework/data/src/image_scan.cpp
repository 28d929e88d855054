#include "image_scan.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "assay/printable.h"
#include "parallel.h"

namespace assay::data {
namespace fs = std::filesystem;

namespace {

/// The reasons, as problems with the file for a place; a long list is cut.
[[noreturn]] void throw_bad_images(const std::vector<std::pair<std::string, std::string>>& bad, std::size_t of) {
  constexpr std::size_t kListed = 100;
  std::vector<Problem> problems;
  for (std::size_t i = 0; i < std::min(bad.size(), kListed); ++i) {
    problems.emplace_back(Location{}, printable(bad[i].first) + " " + bad[i].second);
  }
  const std::string cut = bad.size() > kListed ? " (the first " + std::to_string(kListed) + " are listed)" : "";
  problems.emplace_back(Location{},
                        std::to_string(bad.size()) + " of " + std::to_string(of) + " images can't be used" + cut +
                            "; mend or remove them, or set dataset.on_bad_image = \"skip\" to leave them out");
  throw InvalidInput(std::move(problems));
}

/// What was found for a file, and in which state, where that is worth keeping.
struct Looked {
  FileCheck check;
  std::optional<FileState> state;
};

/// A file that could not be read has no hash. That is not kept: the disk or the process may have been at fault.
bool was_read(const FileCheck& check) { return !check.content_hash.empty(); }

/// A result that depends on the pixel limit is not kept: the next experiment may set another.
bool is_over(const FileCheck& check, double pixel_limit) {
  return static_cast<double>(check.width) * static_cast<double>(check.height) > pixel_limit;
}

Looked look_at(const fs::path& file, const std::optional<FileState>& before, double pixel_limit) {
  Looked looked{check_file(file, pixel_limit), {}};
  const bool unchanged = before && state_of(file) == before && is_settled(*before);
  if (unchanged && was_read(looked.check) && !is_over(looked.check, pixel_limit)) looked.state = before;
  return looked;
}

/// One result for each file, from the memory or by reading, which all processors share.
std::vector<FileCheck> check_files(const std::vector<fs::path>& files, double pixel_limit, ScanMemory& memory,
                                   const Progress& progress) {
  std::vector<FileCheck> checks(files.size());
  std::vector<std::size_t> unknown;
  std::vector<std::optional<FileState>> states(files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    states[i] = state_of(files[i]);
    const FileCheck* known = states[i] ? memory.recall(files[i], *states[i]) : nullptr;
    if (known != nullptr && !is_over(*known, pixel_limit)) {
      checks[i] = *known;
    } else {
      unknown.push_back(i);
    }
  }
  std::vector<Looked> looked(unknown.size());
  const auto count = static_cast<std::int64_t>(unknown.size());
  const auto look = [&](std::int64_t n) {
    const std::size_t i = unknown[static_cast<std::size_t>(n)];
    looked[static_cast<std::size_t>(n)] = look_at(files[i], states[i], pixel_limit);
  };
  for_each_in_parallel(count, 0, look, [&](std::int64_t done) {
    if (progress) progress("reading the images", done, count);
  });
  for (std::size_t n = 0; n < unknown.size(); ++n) {
    if (looked[n].state) memory.keep(files[unknown[n]], *looked[n].state, looked[n].check);
    checks[unknown[n]] = std::move(looked[n].check);
  }
  return checks;
}

/// Where an image that is a link leads to.
struct Link {
  std::string target;  ///< as the link says it
  bool leads_outside;  ///< of the folder that holds all images
};

std::optional<Link> link_of(const FoundImage& image, const fs::path& root) {
  std::error_code error;
  if (!fs::is_symlink(image.path, error)) return std::nullopt;
  const std::string target = fs::read_symlink(image.path, error).string();
  const fs::path end = fs::weakly_canonical(image.path, error);
  const auto [in_root, ignored] = std::ranges::mismatch(root, end);
  return Link{target, in_root != root.end()};
}

/// Parts the images that can be used from the others, and notes what is strange about both.
class Sorter {
 public:
  explicit Sorter(fs::path root) : root_(std::move(root)) {}

  void add(FoundImage& image, const FileCheck& check) {
    const std::optional<Link> link = link_of(image, root_);
    if (!check.problem.empty()) {
      const std::string problem = check.problem + (link ? "; it is a link to " + printable(link->target) : "");
      bad_.emplace_back(image.where.line > 0 ? image.where.text() + ": " + image.name : image.path.string(), problem);
      skipped_.push_back(printable(image.name) + " " + problem);
      return;
    }
    if (check.misnamed) misnamed_.push_back(image.name);
    if (link && link->leads_outside) linked_.push_back(image.name + " -> " + link->target);
    readable_.push_back({std::move(image), check.content_hash, check.width, check.height, check.print});
  }

  std::vector<ScannedImage> finish(bool skip, Dataset& dataset) && {
    if (!bad_.empty() && !skip) throw_bad_images(bad_, bad_.size() + readable_.size());
    if (readable_.empty()) throw InvalidInput("dataset: none of the images can be read");
    const auto warn = [&](const char* what, const std::vector<std::string>& images) {
      if (!images.empty()) dataset.warnings.push_back(what + list_names(images, "image"));
    };
    warn("left out, because they can't be used: ", skipped_);
    warn("the contents are of another format than the name's ending says (read all the same): ", misnamed_);
    warn("links to files elsewhere, which may change or vanish without this folder changing: ", linked_);
    dataset.skipped = std::move(skipped_);
    std::ranges::sort(readable_, {}, [](const ScannedImage& r) { return std::tie(r.content_hash, r.image.name); });
    return std::move(readable_);
  }

 private:
  fs::path root_;
  std::vector<ScannedImage> readable_;
  std::vector<std::pair<std::string, std::string>> bad_;  ///< place and reason
  std::vector<std::string> skipped_;
  std::vector<std::string> misnamed_;
  std::vector<std::string> linked_;
};

}  // namespace

fs::path common_folder(const FoundImages& found) {
  if (found.images.empty()) return {};
  fs::path common = found.images.front().path.parent_path();
  for (const FoundImage& image : found.images) {
    const auto [end, ignored] = std::ranges::mismatch(common, image.path);
    if (end == common.end()) continue;
    fs::path shared;
    for (auto part = common.begin(); part != end; ++part) shared /= *part;
    common = std::move(shared);
  }
  return common;
}

std::vector<ScannedImage> scan_images(FoundImages& found, const DatasetOptions& options, ScanMemory& memory,
                                      const Progress& progress, Dataset& dataset) {
  std::vector<fs::path> files;
  for (const FoundImage& image : found.images) files.push_back(image.path);
  const std::vector<FileCheck> checks = check_files(files, options.pixel_limit, memory, progress);
  memory.write();
  std::error_code ignored;
  Sorter sorter(fs::weakly_canonical(common_folder(found), ignored));
  for (std::size_t i = 0; i < checks.size(); ++i) sorter.add(found.images[i], checks[i]);
  return std::move(sorter).finish(options.on_bad_image == "skip", dataset);
}

}  // namespace assay::data
