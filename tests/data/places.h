// Data sets of several places, made for a test: folders and manifests of small images, and what became of them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>

#include "assay/data/dataset.h"
#include "data/temporary_folder.h"
#include "data/test_images.h"

namespace assay::test {

inline const Sample& named(const std::vector<Sample>& samples, const std::string& name) {
  const auto found = std::ranges::find(samples, name, &Sample::name);
  if (found == samples.end()) throw std::runtime_error("no sample " + name);
  return *found;
}

inline std::string group_of(const Dataset& dataset, const std::string& name) {
  return dataset.groups[static_cast<std::size_t>(named(dataset.samples, name).group)];
}

/// images[source][class][split]
inline std::map<std::string, std::map<std::string, std::map<Split, int>>> counts(const Dataset& dataset) {
  std::map<std::string, std::map<std::string, std::map<Split, int>>> images;
  for (const Sample& sample : dataset.samples) {
    ++images[dataset.sources[static_cast<std::size_t>(sample.source)]]
            [dataset.classes[static_cast<std::size_t>(sample.label)]][sample.split];
  }
  return images;
}

inline int sum(const std::map<Split, int>& splits) {
  int total = 0;
  for (const auto& [split, images] : splits) total += images;
  return total;
}

/// Folders and manifests of small images, no two of which have the same bytes.
class Places : public testing::Test {
 protected:
  std::string image() { return small_image(seed_++); }

  /// Images of patients, one of each class, in folder/all and folder/hem: UID_<patient>_1_1_all.bmp.
  void write_folder(const std::string& name, const std::vector<std::string>& patients) {
    for (const std::string& patient : patients) {
      for (const char* class_name : {"all", "hem"}) {
        folder_.write(name + "/" + class_name + "/UID_" + patient + "_1_1_" + class_name + ".png", image());
      }
    }
  }

  /// The same as a flat folder of numbered images and a manifest name.csv with path,label,group and further columns.
  void write_manifest(const std::string& name, const std::vector<std::string>& patients,
                      const std::string& further_names = "", const std::string& further_values = "") {
    std::string rows = "path,label,group" + further_names + "\n";
    int number = 0;
    for (const std::string& patient : patients) {
      for (const char* class_name : {"all", "hem"}) {
        const std::string file = name + "/" + std::to_string(++number) + ".png";
        folder_.write(file, image());
        rows += file + "," + class_name + "," + patient + further_values + "\n";
      }
    }
    folder_.write(name + ".csv", rows);
  }

  SourceOptions source(const std::string& path, std::optional<std::string> split = std::nullopt) const {
    SourceOptions options;
    options.path = (folder_.path() / path).string();
    options.split = std::move(split);
    return options;
  }

  DatasetOptions dataset_of(std::vector<SourceOptions> sources) const {
    DatasetOptions options;
    options.source = std::move(sources);
    options.group = GroupOptions{"UID_(H?\\d+)_", {}, {}, {}};
    return options;
  }

  TemporaryFolder folder_;

 private:
  std::uint32_t seed_ = 1;
};

}  // namespace assay::test
