#include "manifest.h"

#include <algorithm>
#include <set>

#include "assay/csv.h"
#include "assay/printable.h"
#include "grouping.h"
#include "picture.h"

namespace assay::data {
namespace fs = std::filesystem;

namespace {

/// A manifest's first line and its rows.
class Table {
 public:
  Table(fs::path file, const std::string& key) : file_(std::move(file)) {
    try {
      const std::vector<std::uint8_t> bytes = read_bytes(file_);
      rows_ = parse_csv({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, file_.string());
    } catch (const BadImage& problem) {
      throw InvalidInput(key + ": " + file_.string() + " " + problem.what());
    }
    if (rows_.empty()) fail(1, "the manifest is empty; its first line names the columns: path,label,group");
    header_ = rows_.front().fields;
    rows_.erase(rows_.begin());
    check_header();
  }

  std::optional<std::size_t> column(const std::string& name) const {
    const auto found = std::ranges::find(header_, name);
    if (found == header_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - header_.begin());
  }

  std::size_t required_column(const std::string& name, const std::string& why) const {
    if (const auto found = column(name)) return *found;
    fail(1, "no column '" + name + "' (" + why + "); there are " + listed(header_) + did_you_mean(name, header_));
  }

  const std::vector<std::string>& header() const { return header_; }
  const std::vector<CsvRow>& rows() const { return rows_; }
  Location at(int line) const { return {file_.string(), line, 1}; }

  [[noreturn]] void fail(int line, const std::string& what) const {
    std::vector<Problem> problems;
    problems.emplace_back(at(line), what);
    throw InvalidInput(std::move(problems));
  }

 private:
  void check_header() const {
    std::set<std::string> names;
    for (const std::string& name : header_) {
      if (!name.empty() && !names.insert(name).second) fail(1, "two columns are called '" + name + "'");
    }
  }

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

/// Where each part of an image stands in a row.
struct Columns {
  std::size_t path;
  std::optional<std::size_t> label;
  std::optional<std::size_t> group;
  std::optional<std::size_t> split;
  std::optional<std::size_t> hash;
  std::vector<std::size_t> further;  ///< in the order of their names
};

/// Spreadsheets and data frames leave a column of row numbers without a name: it is not kept.
std::vector<std::size_t> further_columns(const Table& table, const Columns& columns) {
  std::vector<std::size_t> further;
  for (std::size_t i = 0; i < table.header().size(); ++i) {
    const bool has_meaning =
        i == columns.path || i == columns.label || i == columns.group || i == columns.split || i == columns.hash;
    if (!has_meaning && !table.header()[i].empty()) further.push_back(i);
  }
  std::ranges::sort(further, {}, [&](std::size_t i) { return table.header()[i]; });
  return further;
}

Columns find_columns(const Table& table, const ManifestSource& source) {
  Columns columns{table.required_column(source.path_column, "an image's file"), {}, {}, {}, {}, {}};
  columns.hash = table.column(kHashColumn);
  if (!source.is_unlabelled) {
    columns.label = table.required_column(source.label_column, "its class");
    if (source.group_column) {
      columns.group = table.required_column(*source.group_column, "the group");
    } else if (!source.ignores_groups) {
      columns.group = table.column("group");
    }
    if (source.split_column) columns.split = table.required_column(*source.split_column, "dataset.split");
  }
  columns.further = further_columns(table, columns);
  return columns;
}

/// Turns rows into images and gathers what is wrong with them.
class RowReader {
 public:
  RowReader(const Table& table, const ManifestSource& source, const ClassRule& rule)
      : table_(table), source_(source), rule_(rule), columns_(find_columns(table, source)) {
    for (const std::size_t column : columns_.further) found_.columns.push_back(table.header()[column]);
    found_.has_patients = columns_.group.has_value() && !source.is_group_text;
  }

  void read(const CsvRow& row) {
    const Location where = table_.at(row.line);
    if (row.fields.size() != table_.header().size()) {
      add(where, std::to_string(row.fields.size()) + " fields, but the first line names " +
                     std::to_string(table_.header().size()));
      return;
    }
    FoundImage image;
    image.where = where;
    read_path(row, image);
    if (columns_.hash) image.expected_hash = row.fields[*columns_.hash];
    for (const std::size_t column : columns_.further) image.values.push_back(row.fields[column]);
    read_split(row, image);
    if (!image.is_unlabelled) read_group(row, image);
    if (image.is_unlabelled || read_class(row, image)) found_.images.push_back(std::move(image));
  }

  FoundImages take() && {
    add_unmapped_labels();
    if (!problems_.empty()) throw InvalidInput(std::move(problems_));
    if (!without_class_.empty()) {
      found_.warnings.push_back("left out, because dataset.classes does not name their labels: " +
                                list_names(without_class_, "image"));
    }
    return std::move(found_);
  }

 private:
  struct UnmappedLabel {
    int first_line = 0;
    std::int64_t rows = 0;
  };

  void add(const Location& where, const std::string& what) { problems_.emplace_back(where, what); }

  void read_path(const CsvRow& row, FoundImage& image) {
    const std::string& given = row.fields[columns_.path];
    image.path = (source_.folder / given).lexically_normal();
    image.name = fs::path(given).lexically_normal().generic_string();
    if (given.empty()) {
      add(image.where, "no path");
    } else if (!paths_.insert(image.path).second) {
      add(image.where, given + " is listed a second time");
    }
  }

  void read_split(const CsvRow& row, FoundImage& image) {
    image.is_unlabelled = source_.is_unlabelled;
    if (!columns_.split) return;
    const std::string& word = row.fields[*columns_.split];
    image.split = split_of_word(word);
    image.is_unlabelled = word == "none";
    if (!image.split && !image.is_unlabelled) {
      add(image.where, "split '" + word + "'; it must be train, validation, test, or none for prediction only");
    }
  }

  void read_group(const CsvRow& row, FoundImage& image) {
    if (!columns_.group) return;
    const std::string& text = row.fields[*columns_.group];
    if (identity_of(text).empty()) add(image.where, "no group");
    (source_.is_group_text ? image.group_text : image.group) = text;
  }

  /// false when the image is left out.
  bool read_class(const CsvRow& row, FoundImage& image) {
    const std::string& label = row.fields[*columns_.label];
    if (label.empty()) {
      add(image.where, "no label");
      return false;
    }
    const auto mapped = source_.labels.find(label);
    if (!source_.labels.empty() && mapped == source_.labels.end()) {
      UnmappedLabel& unmapped = unmapped_[label];
      if (++unmapped.rows == 1) unmapped.first_line = row.line;
      return false;
    }
    const auto class_name = rule_.class_of(mapped == source_.labels.end() ? label : mapped->second);
    if (!class_name) {
      without_class_.push_back(row.fields[columns_.path]);
      return false;
    }
    image.class_name = *class_name;
    return true;
  }

  /// One finding for each label, since a wrong one stands in many rows.
  void add_unmapped_labels() {
    std::string known;
    for (const auto& [label, class_name] : source_.labels) known += (known.empty() ? "'" : ", '") + label + "'";
    for (const auto& [label, unmapped] : unmapped_) {
      const std::string rows = unmapped.rows == 1 ? "" : " (and " + std::to_string(unmapped.rows - 1) + " more rows)";
      add(table_.at(unmapped.first_line),
          "label '" + label + "'" + rows + ", but " + source_.key + " has labels for " + known + " only");
    }
  }

  const Table& table_;
  const ManifestSource& source_;
  const ClassRule& rule_;
  Columns columns_;
  FoundImages found_;
  std::set<fs::path> paths_;
  std::vector<std::string> without_class_;
  std::map<std::string, UnmappedLabel> unmapped_;
  std::vector<Problem> problems_;
};

}  // namespace

FoundImages find_in_manifest(const ManifestSource& source, const ClassRule& rule) {
  const Table table(source.file, source.key);
  RowReader reader(table, source, rule);
  for (const CsvRow& row : table.rows()) reader.read(row);
  FoundImages found = std::move(reader).take();
  if (found.images.empty()) {
    table.fail(1, source.is_unlabelled ? "the manifest lists no image" : "the manifest lists no image of the classes");
  }
  std::ranges::sort(found.images, {}, &FoundImage::name);
  return found;
}

}  // namespace assay::data
