#include "found_images.h"

#include <algorithm>
#include <system_error>

#include "assay/printable.h"
#include "image_format.h"

namespace assay::data {
namespace fs = std::filesystem;

namespace {

void sort_by_name(std::vector<FoundImage>& images) { std::ranges::sort(images, {}, &FoundImage::name); }

/// The image files below a folder, with names relative to it, and what was passed over.
struct Walk {
  std::vector<FoundImage> images;
  std::vector<std::string> linked_folders;
  std::vector<std::string> foreign;  ///< images of formats that are not read
  std::vector<Problem> problems;
};

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

std::string list_foreign(const Walk& walked) {
  return list_names(walked.foreign, "image") + "; save them as PNG to use them";
}

Walk walk(const fs::path& folder, const std::string& key) {
  Walk found;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  if (error) throw InvalidInput(key + ": " + folder.string() + " can't be read: " + error.message());
  for (const fs::recursive_directory_iterator end; entry != end; entry.increment(error)) {
    if (is_hidden(entry->path())) {
      entry.disable_recursion_pending();
    } else if (entry->is_directory(error)) {
      if (entry->is_symlink(error))
        found.linked_folders.push_back(entry->path().lexically_relative(folder).generic_string());
    } else if (is_image_extension(entry->path().extension().string())) {
      FoundImage image;
      image.path = entry->path();
      image.name = entry->path().lexically_relative(folder).generic_string();
      found.images.push_back(std::move(image));
    } else if (is_foreign_image_extension(entry->path().extension().string())) {
      found.foreign.push_back(entry->path().lexically_relative(folder).generic_string());
    }
  }
  std::ranges::sort(found.foreign);
  if (error) throw InvalidInput(key + ": a folder below " + folder.string() + " can't be read: " + error.message());
  if (found.images.empty()) {
    throw InvalidInput(key + ": " + folder.string() + " holds no image (bmp, png, jpg, jpeg, tif or tiff)" +
                       (found.foreign.empty() ? "" : "; of formats that are not read, " + list_foreign(found)));
  }
  return found;
}

void warn_of_passed_over(const Walk& walked, FoundImages& found) {
  if (!walked.linked_folders.empty())
    found.warnings.push_back("links are not followed: " + list_names(walked.linked_folders, "linked folder"));
  if (!walked.foreign.empty())
    found.warnings.push_back("left out, because their format is not read: " + list_foreign(walked));
}

/// The class of the nearest folder above an image; without a rule, that folder itself.
std::optional<std::string> class_of_path(const std::string& name, const ClassRule& rule) {
  const fs::path folders = fs::path(name).parent_path();
  if (!rule.is_given()) {
    if (folders.empty()) return std::nullopt;
    return folders.filename().string();
  }
  for (fs::path above = folders; !above.empty(); above = above.parent_path()) {
    if (auto class_name = rule.class_of(above.filename().string())) return class_name;
  }
  return std::nullopt;
}

}  // namespace

ClassRule::ClassRule(const std::map<std::string, std::vector<std::string>>& classes) {
  std::vector<Problem> problems;
  const auto claim = [&](const std::string& name, const std::string& class_name) {
    const auto [place, is_new] = class_of_name_.emplace(name, class_name);
    if (!is_new && place->second != class_name) {
      problems.emplace_back(Location{}, "dataset.classes: '" + name + "' is given to both '" + place->second +
                                            "' and '" + class_name + "'");
    }
  };
  for (const auto& [class_name, names] : classes) {
    for (const std::string& name : names) claim(name, class_name);
  }
  if (!problems.empty()) throw InvalidInput(std::move(problems));
  for (const auto& [class_name, names] : classes) class_of_name_.emplace(class_name, class_name);
}

std::optional<std::string> ClassRule::class_of(const std::string& name) const {
  if (!is_given()) return name;
  const auto found = class_of_name_.find(name);
  if (found == class_of_name_.end()) return std::nullopt;
  return found->second;
}

FoundImages find_in_folder(const fs::path& folder, const ClassRule& rule, const std::string& key) {
  Walk walked = walk(folder, key);
  FoundImages found;
  std::vector<std::string> without_class;
  for (FoundImage& image : walked.images) {
    if (auto class_name = class_of_path(image.name, rule)) {
      image.class_name = *class_name;
      found.images.push_back(std::move(image));
    } else {
      without_class.push_back(image.name);
    }
  }
  std::ranges::sort(without_class);
  if (!without_class.empty()) {
    const std::string why = rule.is_given() ? "lie in no folder that dataset.classes names"
                                            : "lie in no folder, which would be their class";
    const std::string listed = list_names(without_class, "image");
    if (found.images.empty()) throw InvalidInput(key + ": " + folder.string() + ": all images " + why + "; " + listed);
    found.warnings.push_back("left out, because they " + why + ": " + listed);
  }
  warn_of_passed_over(walked, found);
  sort_by_name(found.images);
  return found;
}

FoundImages find_unlabelled(const fs::path& folder, const std::string& key) {
  Walk walked = walk(folder, key);
  FoundImages found;
  for (FoundImage& image : walked.images) {
    image.is_unlabelled = true;
    found.images.push_back(std::move(image));
  }
  warn_of_passed_over(walked, found);
  sort_by_name(found.images);
  return found;
}

std::string list_names(const std::vector<std::string>& names, const std::string& noun) {
  constexpr std::size_t kShown = 5;
  std::string text = std::to_string(names.size()) + " " + noun + (names.size() == 1 ? "" : "s") + ": ";
  for (std::size_t i = 0; i < std::min(kShown, names.size()); ++i) text += (i == 0 ? "" : ", ") + printable(names[i]);
  if (names.size() > kShown) text += " and " + std::to_string(names.size() - kShown) + " more";
  return text;
}

}  // namespace assay::data
