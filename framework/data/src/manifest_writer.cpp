#include "manifest_writer.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "assay/csv.h"
#include "grouping.h"
#include "manifest.h"
#include "new_file.h"

namespace assay::data {
namespace fs = std::filesystem;

namespace {

class ManifestText {
 public:
  ManifestText(const Dataset& dataset, fs::path folder) : dataset_(dataset), folder_(std::move(folder)) {}

  std::string text() const {
    std::string text = csv_line(header());
    for (const auto& [sample, is_unlabelled] : in_order()) text += csv_line(fields_of(*sample, is_unlabelled));
    return text;
  }

 private:
  bool has_sources() const { return dataset_.sources.size() > 1; }

  std::vector<std::string> header() const {
    std::vector<std::string> names{"path", "label", "group", "split"};
    if (has_sources()) names.emplace_back("source");
    std::set<std::string> taken(names.begin(), names.end());
    taken.insert(dataset_.columns.begin(), dataset_.columns.end());
    for (const std::string& column : dataset_.columns) {
      std::string name = column;
      if (std::ranges::count(names, name) > 0) {
        while (taken.contains(name)) name = "given_" + name;
      }
      names.push_back(name);
    }
    names.emplace_back(kHashColumn);
    return names;
  }

  std::vector<std::pair<const Sample*, bool>> in_order() const {
    std::vector<std::pair<const Sample*, bool>> samples;
    for (const Sample& sample : dataset_.samples) samples.emplace_back(&sample, false);
    for (const Sample& sample : dataset_.unlabelled) samples.emplace_back(&sample, true);
    std::ranges::sort(samples, [](const auto& a, const auto& b) { return natural_less(a.first->name, b.first->name); });
    return samples;
  }

  std::vector<std::string> fields_of(const Sample& sample, bool is_unlabelled) const {
    std::vector<std::string> fields{path_of(sample), "", "", "none"};
    if (!is_unlabelled) {
      fields[1] = dataset_.classes[static_cast<std::size_t>(sample.label)];
      fields[2] = dataset_.groups[static_cast<std::size_t>(sample.group)];
      fields[3] = split_name(sample.split);
    }
    if (has_sources()) fields.push_back(dataset_.sources[static_cast<std::size_t>(sample.source)]);
    fields.insert(fields.end(), sample.values.begin(), sample.values.end());
    fields.push_back(sample.content_hash);
    return fields;
  }

  std::string path_of(const Sample& sample) const {
    const fs::path relative = sample.path.lexically_relative(folder_);
    const bool is_below = !relative.empty() && *relative.begin() != "..";
    return (is_below ? relative : sample.path).generic_string();
  }

  const Dataset& dataset_;
  fs::path folder_;  ///< of the manifest
};

}  // namespace

void write_manifest(const Dataset& dataset, const fs::path& file) {
  const fs::path folder = fs::absolute(file).lexically_normal().parent_path();
  write_new_file(file, ManifestText(dataset, folder).text());
}

}  // namespace assay::data
