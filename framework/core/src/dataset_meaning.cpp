#include "dataset_meaning.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>

#include "assay/printable.h"
#include "located_path.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

const std::string* text_in(const Node& table, const char* key) {
  const Node* node = table.find(key);
  return node == nullptr ? nullptr : std::get_if<std::string>(&node->value);
}

Location where_in(const Node& table, const char* key) {
  const Node* node = table.find(key);
  return node == nullptr ? table.where : node->where;
}

/// What a path leads to. A path that can't be asked about (too long, no permission) leads to nothing, and why is told.
struct Place {
  explicit Place(const std::string& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    exists = !error && fs::exists(status);
    is_folder = fs::is_directory(status);
    if (error && status.type() != fs::file_type::not_found) why = " (" + error.message() + ")";
  }

  bool exists = false;
  bool is_folder = false;
  std::string why;  ///< " (File name too long)", or empty
};

/// The rules of [[dataset.source]].
class SourceCheck {
 public:
  SourceCheck(const Node& dataset, const DatasetOptions& options, std::vector<Problem>& problems)
      : dataset_(dataset), nodes_(dataset.find("source")->list()), options_(options), problems_(problems) {}

  void run() {
    const bool has_root = check_root();
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (has_root || !is_below_root(options_.source[i].path)) check_path(i);
      check_name(i);
      check_labels(i);
    }
    check_splits();
  }

 private:
  void add(Location where, std::string what) { problems_.emplace_back(std::move(where), std::move(what)); }

  std::string key_of(std::size_t i) const { return "dataset.source '" + name_of(options_.source[i]) + "'"; }

  bool is_below_root(const std::string& path) const {
    if (!options_.root) return false;
    const fs::path relative = fs::path(path).lexically_relative(*options_.root);
    return !relative.empty() && *relative.begin() != "..";
  }

  /// A missing root is one finding, not one for each source. False when it is missing.
  bool check_root() {
    if (!options_.root) return true;
    const Place root(*options_.root);
    if (root.is_folder) return true;
    std::vector<std::string> parts;
    for (const SourceOptions& source : options_.source) {
      if (is_below_root(source.path))
        parts.push_back(fs::path(source.path).lexically_relative(*options_.root).string());
    }
    if (parts.empty()) return true;
    add(where_in(dataset_, "root"), "dataset.root: there is no folder " + *options_.root + root.why +
                                        "; unpack or link the data there, so that it holds " + listed(parts) +
                                        ", or say where they are: --set dataset.root=FOLDER");
    return false;
  }

  void check_path(std::size_t i) {
    const SourceOptions& source = options_.source[i];
    const Place place(source.path);
    if (!place.exists) {
      add(where_in(nodes_[i], "path"), key_of(i) + ": there is no folder or manifest " + source.path + place.why);
    }
    if (source.folder) check_folder(i, *source.folder);
    if (!place.is_folder) return;
    const ColumnOptions defaults;
    const bool names_columns = source.columns.path != defaults.path || source.columns.label != defaults.label ||
                               source.columns.group != defaults.group;
    for (const auto& [key, given] : {std::pair("columns", names_columns), std::pair("labels", !source.labels.empty()),
                                     std::pair("folder", source.folder.has_value())}) {
      if (given) {
        add(where_in(nodes_[i], key),
            key_of(i) + ": " + key + " is for a CSV manifest, but " + source.path + " is a folder");
      }
    }
  }

  void check_folder(std::size_t i, const std::string& folder) {
    const Place place(folder);
    if (place.is_folder) return;
    add(where_in(nodes_[i], "folder"), key_of(i) + ": there is no folder " + folder + place.why);
  }

  void check_name(std::size_t i) {
    const std::string name = name_of(options_.source[i]);
    const Location where = where_in(nodes_[i], options_.source[i].name ? "name" : "path");
    if (name.empty()) {
      add(where, "dataset.source: a source has no name; give it one by name = \"...\"");
    } else if (name.find('/') != std::string::npos || printable(name) != name) {
      add(where, "dataset.source: '" + printable(name) +
                     "' can't be a source's name, because it stands before the names of images, with a '/' between; "
                     "leave out '/' and control characters: name = \"...\"");
    } else if (!names_.insert(name).second) {
      add(where, "dataset.source: two sources are called '" + name + "'; give one another name by name = \"...\"");
    }
  }

  /// What labels turn into must be something that dataset.classes names.
  void check_labels(std::size_t i) {
    if (options_.classes.empty()) return;
    std::vector<std::string> known;
    for (const auto& [class_name, words] : options_.classes) {
      known.push_back(class_name);
      known.insert(known.end(), words.begin(), words.end());
    }
    for (const auto& [label, word] : options_.source[i].labels) {
      if (std::find(known.begin(), known.end(), word) != known.end()) continue;
      const Node* labels = nodes_[i].find("labels");
      add(where_in(labels == nullptr ? nodes_[i] : *labels, label.c_str()),
          key_of(i) + ": labels: \"" + label + "\" becomes '" + word + "', which dataset.classes does not name" +
              did_you_mean(word, known));
    }
  }

  /// Every image needs a split to go to, and every split images.
  void check_splits() {
    std::set<std::string> given;
    std::vector<std::string> open;
    for (const SourceOptions& source : options_.source) {
      if (!source.split) open.push_back(name_of(source));
      if (source.split && *source.split != "none") given.insert(*source.split);
    }
    const Location where = where_in(dataset_, "source");
    if (open.empty() && given.empty()) {
      add(where, "dataset.source: every source has split = \"none\", so there is nothing to train on");
      return;
    }
    const bool is_drawn = std::holds_alternative<SplitOptions>(options_.split);
    if (is_drawn && given.size() == 3 && !open.empty()) {
      add(where,
          "dataset.source: train, validation and test are each given by a source, so nothing can be drawn from " +
              listed(open) + "; give it a split, or \"none\" for prediction only");
    }
    if (!open.empty()) return;
    for (const char* split : {"train", "validation", "test"}) {
      if (given.contains(split)) continue;
      add(where, std::string("dataset.source: no image can be in ") + split +
                     ", since every source has another split; leave out the split of one, and " + split +
                     " is drawn from its groups");
    }
  }

  const Node& dataset_;
  const Node::List& nodes_;
  const DatasetOptions& options_;
  std::vector<Problem>& problems_;
  std::set<std::string> names_;
};

}  // namespace

void place_sources(Node& experiment) {
  Node* dataset = experiment.find("dataset");
  Node* sources = dataset == nullptr ? nullptr : dataset->find("source");
  const std::string* root = dataset == nullptr ? nullptr : text_in(*dataset, "root");
  if (root == nullptr || sources == nullptr || !sources->is_list()) return;
  const fs::path folder = absolute_path(*root, where_in(*dataset, "root"));
  for (Node& source : sources->list()) {
    for (const char* key : {"path", "folder"}) {
      const std::string* path = text_in(source, key);
      if (path != nullptr) source.find(key)->value = (folder / *path).lexically_normal().string();
    }
  }
}

void check_dataset(const Node& dataset, const DatasetOptions& options, std::vector<Problem>& problems) {
  if (const auto& path = options.path; path && *path != "demo") {
    const Place place(*path);
    if (!place.exists) {
      problems.emplace_back(where_in(dataset, "path"),
                            "dataset.path: there is no folder or manifest " + *path + place.why);
    }
  }
  if (dataset.find("source") != nullptr) SourceCheck(dataset, options, problems).run();
  const auto* shares = std::get_if<SplitOptions>(&options.split);
  if (shares != nullptr && shares->validation + shares->test > 0.95) {
    problems.emplace_back(where_in(dataset, "split"),
                          "dataset.split: validation and test together leave less than 0.05 for training");
  }
}

}  // namespace assay
