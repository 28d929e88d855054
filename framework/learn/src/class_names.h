// Whose classes are whose: the names that another laboratory gives its classes, in terms of a run's.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "assay/experiment.h"

namespace assay {

/// A run's class, and the other data set's names for it (folders, labels or classes).
using ClassNames = std::map<std::string, std::vector<std::string>>;

/// The run's class of each of another data set's names.
class ClassTranslation {
 public:
  /// given: --classes; empty: the run's own experiment says which names it knows. Throws InvalidInput for a class that
  /// the run doesn't have, and for a name that is given to two classes.
  ClassTranslation(const std::vector<std::string>& run_classes, const ClassNames& given, const ClassNames& of_run);

  /// Index of the run's class, for each of the other data set's classes. Throws InvalidInput that names all unknown
  /// ones and how to say which is which.
  std::vector<std::int64_t> indices_of(const std::vector<std::string>& names) const;

  /// The rule by which a folder's images are found: those of the names that occur as folders below it. Throws as
  /// indices_of when none does; and when an image lies in no such folder, naming the folders.
  ClassNames rule_for_folder(const std::filesystem::path& folder) const;

 private:
  [[noreturn]] void refuse(const std::vector<std::string>& unknown) const;
  void refuse_uncovered(const std::filesystem::path& folder, const std::set<std::filesystem::path>& with_images) const;
  std::string example() const;

  std::vector<std::string> run_classes_;
  std::map<std::string, std::size_t> class_of_name_;
};

}  // namespace assay
