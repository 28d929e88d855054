// Reading a data set from a CSV manifest.
#include <algorithm>
#include <set>

#include "csv.h"
#include "found_images.h"
#include "picture.h"

namespace assay::data {
namespace fs = std::filesystem;

namespace {

class Manifest {
 public:
  explicit Manifest(const fs::path& file) : file_(file) {
    try {
      const std::vector<std::uint8_t> bytes = read_bytes(file);
      rows_ = parse_csv({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, file.string());
    } catch (const BadImage& problem) {
      throw InvalidInput("dataset.path: " + file.string() + " " + problem.what());
    }
    if (rows_.empty()) fail(1, "the manifest is empty; its first line names the columns: path,label,group");
    header_ = rows_.front().fields;
    rows_.erase(rows_.begin());
  }

  std::optional<std::size_t> column(const std::string& name) const {
    const auto found = std::ranges::find(header_, name);
    if (found == header_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - header_.begin());
  }

  std::size_t required_column(const std::string& name, const std::string& why) const {
    if (const auto found = column(name)) return *found;
    std::string known;
    for (const std::string& title : header_) known += (known.empty() ? "" : ", ") + title;
    fail(1, "no column '" + name + "' (" + why + "); there are " + known + did_you_mean(name, header_));
  }

  const std::vector<CsvRow>& rows() const { return rows_; }
  std::size_t width() const { return header_.size(); }
  Location at(int line) const { return {file_.string(), line, 1}; }
  fs::path folder() const { return file_.parent_path(); }

  [[noreturn]] void fail(int line, const std::string& what) const {
    std::vector<Problem> problems;
    problems.emplace_back(at(line), what);
    throw InvalidInput(std::move(problems));
  }

 private:
  fs::path file_;
  std::vector<std::string> header_;
  std::vector<CsvRow> rows_;
};

std::optional<Split> split_of_word(const std::string& word) {
  if (word == "train" || word == "training") return Split::train;
  if (word == "validation" || word == "val" || word == "valid") return Split::validation;
  if (word == "test") return Split::test;
  return std::nullopt;
}

struct Columns {
  std::size_t path;
  std::size_t label;
  std::optional<std::size_t> group;
  std::optional<std::size_t> split;
};

Columns find_columns(const Manifest& manifest, const std::optional<std::string>& group,
                     const std::optional<std::string>& split) {
  Columns columns{
      manifest.required_column("path", "an image's file"), manifest.required_column("label", "its class"), {}, {}};
  columns.group = group ? manifest.required_column(*group, "dataset.group.column") : manifest.column("group");
  if (split) columns.split = manifest.required_column(*split, "dataset.split");
  return columns;
}

/// Turns rows into images and gathers what is wrong with them.
class RowReader {
 public:
  RowReader(const Manifest& manifest, const Columns& columns, const ClassRule& rule)
      : manifest_(manifest), columns_(columns), rule_(rule) {}

  void read(const CsvRow& row) {
    const Location where = manifest_.at(row.line);
    if (row.fields.size() != manifest_.width()) {
      problems_.push_back({where, std::to_string(row.fields.size()) + " fields, but the first line names " +
                                      std::to_string(manifest_.width())});
      return;
    }
    FoundImage image;
    image.where = where;
    const std::string& given = row.fields[columns_.path];
    image.path = (manifest_.folder() / given).lexically_normal();
    image.name = fs::path(given).lexically_normal().generic_string();
    if (given.empty()) problems_.push_back({where, "no path"});
    if (!paths_.insert(image.path).second) problems_.push_back({where, given + " is listed a second time"});
    read_group(row, image);
    read_split(row, image);
    const std::optional<std::string> class_name = rule_.class_of(row.fields[columns_.label]);
    if (row.fields[columns_.label].empty()) {
      problems_.push_back({where, "no label"});
    } else if (!class_name) {
      without_class_.push_back(given);
    } else {
      image.class_name = *class_name;
      images_.push_back(std::move(image));
    }
  }

  FoundImages take() && {
    if (!problems_.empty()) throw InvalidInput(std::move(problems_));
    FoundImages found{std::move(images_), columns_.group.has_value(), {}};
    if (!without_class_.empty()) {
      found.warnings.push_back("left out, because dataset.classes does not name their labels: " +
                               list_names(without_class_, "image"));
    }
    return found;
  }

 private:
  void read_group(const CsvRow& row, FoundImage& image) {
    if (!columns_.group) return;
    image.group = row.fields[*columns_.group];
    if (image.group.empty()) problems_.push_back({image.where, "no group"});
  }

  void read_split(const CsvRow& row, FoundImage& image) {
    if (!columns_.split) return;
    const std::string& word = row.fields[*columns_.split];
    image.split = split_of_word(word);
    if (!image.split) problems_.push_back({image.where, "split '" + word + "'; it must be train, validation or test"});
  }

  const Manifest& manifest_;
  const Columns& columns_;
  const ClassRule& rule_;
  std::vector<FoundImage> images_;
  std::set<fs::path> paths_;
  std::vector<std::string> without_class_;
  std::vector<Problem> problems_;
};

}  // namespace

FoundImages find_in_manifest(const fs::path& file, const ClassRule& rule,
                             const std::optional<std::string>& group_column,
                             const std::optional<std::string>& split_column) {
  const Manifest manifest(file);
  const Columns columns = find_columns(manifest, group_column, split_column);
  RowReader reader(manifest, columns, rule);
  for (const CsvRow& row : manifest.rows()) reader.read(row);
  FoundImages found = std::move(reader).take();
  if (found.images.empty()) manifest.fail(1, "the manifest lists no image of the classes");
  if (!split_column && manifest.column("split")) {
    found.warnings.push_back("the manifest's column 'split' is not used; dataset.split = \"split\" would use it");
  }
  std::ranges::sort(found.images, {}, &FoundImage::name);
  return found;
}

}  // namespace assay::data
