#include "class_names.h"

#include <algorithm>
#include <set>

#include "assay/error.h"
#include "assay/printable.h"
#include "prediction_inputs.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

/// Names of the folders below a folder, and the paths below it of those that hold images.
struct FolderNames {
  std::set<std::string> all;
  std::set<fs::path> with_images;
};

FolderNames folder_names(const fs::path& folder) {
  FolderNames names;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (const fs::recursive_directory_iterator end; !error && entry != end; entry.increment(error)) {
    std::error_code dangling;
    if (entry->is_directory(dangling)) {
      names.all.insert(entry->path().filename().string());
    } else if (has_image_ending(entry->path())) {
      names.with_images.insert(entry->path().parent_path().lexically_relative(folder));
    }
  }
  return names;
}

}  // namespace

ClassTranslation::ClassTranslation(const std::vector<std::string>& run_classes, const ClassNames& given,
                                   const ClassNames& of_run)
    : run_classes_(run_classes) {
  for (const auto& [class_name, names] : given.empty() ? of_run : given) {
    const auto found = std::find(run_classes_.begin(), run_classes_.end(), class_name);
    if (found == run_classes_.end()) {
      throw InvalidInput("--classes: the run has no class '" + class_name + "'" +
                         did_you_mean(class_name, run_classes_) + "; it has " + listed(run_classes_));
    }
    const auto index = static_cast<std::size_t>(found - run_classes_.begin());
    for (const std::string& name : names) {
      if (const auto [place, is_new] = class_of_name_.emplace(name, index); !is_new && place->second != index) {
        throw InvalidInput("--classes: '" + name + "' is given to both '" + run_classes_[place->second] + "' and '" +
                           class_name + "'");
      }
    }
  }
  for (std::size_t i = 0; i < run_classes_.size(); ++i) class_of_name_.emplace(run_classes_[i], i);
}

std::vector<std::int64_t> ClassTranslation::indices_of(const std::vector<std::string>& names) const {
  std::vector<std::int64_t> indices;
  std::vector<std::string> unknown;
  for (const std::string& name : names) {
    const auto found = class_of_name_.find(name);
    if (found == class_of_name_.end()) {
      unknown.push_back(name);
    } else {
      indices.push_back(static_cast<std::int64_t>(found->second));
    }
  }
  if (!unknown.empty()) refuse(unknown);
  return indices;
}

ClassNames ClassTranslation::rule_for_folder(const fs::path& folder) const {
  FolderNames folders = folder_names(folder);
  ClassNames rule;
  for (const auto& [name, index] : class_of_name_) {
    if (folders.all.contains(name)) rule[run_classes_[index]].push_back(name);
  }
  if (rule.empty()) {
    folders.with_images.erase(".");
    if (folders.with_images.empty()) {
      throw InvalidInput(
          folder.string() +
          " has no folder with images in it; an evaluation needs one folder a class (runner predict takes "
          "images without)");
    }
    std::set<std::string> names;
    for (const fs::path& path : folders.with_images) names.insert(path.filename().string());
    refuse({names.begin(), names.end()});
  }
  refuse_uncovered(folder, folders.with_images);
  return rule;
}

/// Figures on a part of the images would be taken for figures on all of them.
void ClassTranslation::refuse_uncovered(const fs::path& folder, const std::set<fs::path>& with_images) const {
  const auto is_covered = [&](const fs::path& path) {
    return std::any_of(path.begin(), path.end(),
                       [&](const fs::path& part) { return class_of_name_.contains(part.string()); });
  };
  std::vector<std::string> uncovered;
  for (const fs::path& path : with_images) {
    if (!is_covered(path)) uncovered.push_back(path == "." ? folder.string() : path.string());
  }
  if (uncovered.empty()) return;
  throw InvalidInput(folder.string() + ": images in " + listed(uncovered) + " are of none of the run's classes (" +
                     listed(run_classes_) + "), so only a part would be judged; say of which they are: --classes" +
                     example() + ", or move them away");
}

std::string ClassTranslation::example() const {
  std::string text;
  for (const std::string& class_name : run_classes_) text += " " + class_name + "=NAME[,NAME]";
  return text;
}

void ClassTranslation::refuse(const std::vector<std::string>& unknown) const {
  std::vector<std::string> known;
  for (const auto& [name, index] : class_of_name_) known.push_back(name);
  std::string guesses;
  for (const std::string& name : unknown) {
    const std::string near = nearest_word(name, known);
    if (!near.empty()) guesses += "; did you mean '" + near + "' by '" + name + "'?";
  }
  throw InvalidInput("the classes " + listed(unknown) + " are none of the run's (" + listed(run_classes_) + ")" +
                     guesses + "; say which is which: --classes" + example());
}

}  // namespace assay
