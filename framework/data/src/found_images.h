// The images of a data set as its folder or manifest lists them: path, class and group, before any file is opened.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "assay/data/dataset.h"
#include "assay/error.h"

namespace assay::data {

/// One image that a folder or manifest lists.
struct FoundImage {
  std::filesystem::path path;  ///< absolute
  std::string name;            ///< relative to its source, with '/'; behind the source's name where there are several
  std::string class_name;      ///< empty where it is unlabelled
  std::string group;           ///< empty until groups are assigned, unless the manifest gives it
  std::optional<Split> split;  ///< given by the manifest or the source; nothing where it is drawn
  Location where;              ///< line of the manifest
  bool is_unlabelled = false;  ///< for prediction only: no class, group or split
  std::string group_text;      ///< the manifest's text in which a pattern finds the group; empty: the name is that text
  std::string expected_hash;   ///< of the contents, as the manifest has it; empty: not known
  std::vector<std::string> values;  ///< one for each of FoundImages::columns
  std::int64_t source = 0;          ///< index into FoundImages::sources
};

struct FoundImages {
  std::vector<FoundImage> images;
  bool has_patients = false;  ///< groups are patients, who may be in several sources; else they are places in this one
  std::string groups_are;     ///< as in Dataset; empty without labels
  std::vector<std::string> warnings;
  std::vector<std::string> warnings_of_splits;  ///< of no matter where the images are not split
  std::vector<std::string> columns;             ///< further columns of manifests, in alphabetical order
  std::vector<std::string> sources;             ///< names of the places they come from
};

/// Which folder names or labels belong to which class.
class ClassRule {
 public:
  /// classes: each class's folders or labels, as in [dataset.classes]; empty: every name is a class of its own.
  /// Throws InvalidInput when two classes claim one name.
  explicit ClassRule(const std::map<std::string, std::vector<std::string>>& classes);

  /// The class of a folder's name or a label. A class's own name counts as if it were listed.
  std::optional<std::string> class_of(const std::string& name) const;

  bool is_given() const { return !class_of_name_.empty(); }

 private:
  std::map<std::string, std::string> class_of_name_;
};

/// Image files (by their ending) below a folder. The class is that of the nearest folder above the file that the rule
/// knows. Left out with a warning: images without such a folder, linked folders. Left out without one: names that begin
/// with a dot. key: what messages call the place ("dataset.path"). Throws InvalidInput when the folder can't be read,
/// or holds no image.
FoundImages find_in_folder(const std::filesystem::path& folder, const ClassRule& rule, const std::string& key);

/// The same without classes: all image files, unlabelled.
FoundImages find_unlabelled(const std::filesystem::path& folder, const std::string& key);

/// "3 images: a.png, b.png, c.png", with at most a few of the names: how messages list files.
std::string list_names(const std::vector<std::string>& names, const std::string& noun);

}  // namespace assay::data
