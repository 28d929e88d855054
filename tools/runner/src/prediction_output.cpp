#include "prediction_output.h"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <utility>

#include "assay/csv.h"
#include "assay/error.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

/// Every digit: the number that a program reads is the number that the model gave.
std::string number_text(double value) { return nlohmann::json(value).dump(); }

std::vector<std::string> csv_heading(const PredictingModel& model) {
  std::vector<std::string> fields{"path", "predicted", "probability", "positive", "threshold", "run"};
  if (model.positive.empty()) {
    for (const std::string& name : model.classes) fields.push_back("probability_" + name);
  }
  return fields;
}

std::vector<std::string> csv_row(const PredictingModel& model, const PredictedImage& image) {
  std::vector<std::string> fields{
      image.file.path, image.predicted, number_text(image.probability), model.positive, number_text(model.threshold),
      model.run};
  if (model.positive.empty()) {
    for (const double probability : image.probabilities) fields.push_back(number_text(probability));
  }
  return fields;
}

/// What a file has beside: by these a later process knows what is done, and by which model.
constexpr std::size_t kKeptColumns = 3;

std::vector<std::string> file_heading(const PredictingModel& model) {
  std::vector<std::string> fields = csv_heading(model);
  fields.insert(fields.end(), {"bytes", "modified_ns", "model_sha256"});
  return fields;
}

/// The model's hash, short enough to read.
std::string short_hash(const PredictingModel& model) { return model.sha256.substr(0, 16); }

class StandardOutput : public PredictionSink {
 public:
  void begin(const PredictingModel& model) override { model_ = model; }
  bool is_done(const ImageFile&) override { return false; }
  void flush() override { std::cout.flush(); }

 protected:
  PredictingModel model_;
};

class JsonLines : public StandardOutput {
 public:
  void take(const PredictedImage& image) override {
    nlohmann::ordered_json line = {{"path", image.file.path},          {"predicted", image.predicted},
                                   {"probability", image.probability}, {"positive", model_.positive},
                                   {"threshold", model_.threshold},    {"run", model_.run}};
    if (model_.positive.empty()) {
      for (std::size_t i = 0; i < model_.classes.size(); ++i) {
        line["probabilities"][model_.classes[i]] = image.probabilities[i];
      }
    }
    std::cout << line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
  }
};

class CsvLines : public StandardOutput {
 public:
  void begin(const PredictingModel& model) override {
    StandardOutput::begin(model);
    std::cout << csv_line(csv_heading(model));
  }
  void take(const PredictedImage& image) override { std::cout << csv_line(csv_row(model_, image)); }
};

class Table : public StandardOutput {
 public:
  void begin(const PredictingModel& model) override {
    StandardOutput::begin(model);
    std::cout << padded("predicted");
    if (model.positive.empty()) {
      std::cout << "probability of the predicted class, image\n";
    } else {
      std::cout << "probability of " << model.positive << " (from " << decimals(model.threshold)
                << " on: " << model.positive << "), image\n";
    }
  }
  void take(const PredictedImage& image) override {
    std::cout << padded(image.predicted) << ' ' << decimals(image.probability) << "  " << image.file.path << "\n";
  }

 private:
  static std::string padded(std::string text) {
    text.resize(std::max<std::size_t>(text.size(), 12), ' ');
    return text + ' ';
  }
  static std::string decimals(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4f", value);
    return text;
  }
};

[[noreturn]] void refuse_foreign(const fs::path& file) {
  throw InvalidInput("--out " + file.string() + " is not a file that predict wrote; name another");
}

/// Rows of a file that predict may have written.
std::vector<std::vector<std::string>> rows_of(std::string_view text, const fs::path& file) {
  std::vector<std::vector<std::string>> rows;
  try {
    for (CsvRow& row : parse_csv(text, file.string())) rows.push_back(std::move(row.fields));
  } catch (const InvalidInput&) {
    refuse_foreign(file);
  }
  return rows;
}

/// A file that this process alone writes, as long as it is open.
int open_locked(const fs::path& file, int flags) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | flags, 0666);
  if (descriptor < 0) throw InvalidInput("--out " + file.string() + " can't be written: " + std::strerror(errno));
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    ::close(descriptor);
    throw InvalidInput("--out " + file.string() + " is being written by another runner predict");
  }
  return descriptor;
}

/// false: another process has put a new file in its place meanwhile.
bool is_still_at(int descriptor, const fs::path& file) {
  struct stat opened {};
  struct stat found {};
  return ::fstat(descriptor, &opened) == 0 && ::stat(file.c_str(), &found) == 0 && opened.st_ino == found.st_ino &&
         opened.st_dev == found.st_dev;
}

void append(int descriptor, const fs::path& file, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t wrote = ::write(descriptor, text.data() + done, text.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) throw Failure(file.string() + " can't be written: " + std::strerror(errno));
    done += static_cast<std::size_t>(wrote);
  }
}

std::string text_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace

std::unique_ptr<PredictionSink> print_predictions(PredictionFormat format) {
  switch (format) {
    case PredictionFormat::json_lines:
      return std::make_unique<JsonLines>();
    case PredictionFormat::csv:
      return std::make_unique<CsvLines>();
    case PredictionFormat::table:
      break;
  }
  return std::make_unique<Table>();
}

PredictionFile::PredictionFile(fs::path file) : file_(std::move(file)) {}

PredictionFile::~PredictionFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void PredictionFile::open() {
  descriptor_ = open_locked(file_, 0);
  // Behind a link lies the file that a draft replaces; the link itself stays.
  file_ = fs::canonical(file_);
  while (!is_still_at(descriptor_, file_)) {
    ::close(std::exchange(descriptor_, -1));
    descriptor_ = open_locked(file_, 0);
  }
}

void PredictionFile::begin(const PredictingModel& model) {
  model_ = model;
  open();
  keep_whole_rows();
  if (rows_.empty()) {
    append(descriptor_, file_, csv_line(file_heading(model)));
    return;
  }
  check_rows();
  for (std::size_t i = 1; i < rows_.size(); ++i) {
    const auto [place, is_first] = row_of_path_.emplace(rows_[i].front(), i);
    if (!is_first) stale_.push_back(std::exchange(place->second, i));
  }
}

void PredictionFile::keep_whole_rows() {
  const std::string text = text_of(file_);
  const std::size_t end = end_of_whole_rows(text);
  rows_ = rows_of(std::string_view(text).substr(0, end), file_);
  if (rows_.empty() && !text.empty() && !csv_line(file_heading(model_)).starts_with(text)) refuse_foreign(file_);
  if (end < text.size() && ::ftruncate(descriptor_, static_cast<off_t>(end)) != 0) {
    throw Failure(file_.string() + " can't be mended: " + std::strerror(errno));
  }
}

void PredictionFile::check_rows() const {
  const bool is_ours =
      rows_[0].size() > kKeptColumns && rows_[0].front() == "path" && rows_[0].back() == "model_sha256";
  if (!is_ours) refuse_foreign(file_);
  for (std::size_t i = 1; i < rows_.size(); ++i) {
    if (rows_[i].size() != rows_[0].size()) {
      throw InvalidInput("--out " + file_.string() + ": row " + std::to_string(i + 1) + " has " +
                         std::to_string(rows_[i].size()) + " fields instead of " + std::to_string(rows_[0].size()) +
                         ": it was changed by another program; name another file");
    }
    if (rows_[i].back() != short_hash(model_) || rows_[i][5] != model_.run) {
      throw InvalidInput("--out " + file_.string() + " holds predictions of another model (run " + rows_[i][5] +
                         ", tensors " + rows_[i].back() + "), this one is of run " + model_.run + ", tensors " +
                         short_hash(model_) + "; name another file");
    }
  }
  if (rows_[0] != file_heading(model_)) {
    throw InvalidInput("--out " + file_.string() +
                       " holds predictions of a model with other classes; name another file");
  }
}

bool PredictionFile::is_done(const ImageFile& file) {
  const auto found = row_of_path_.find(file.path);
  if (found == row_of_path_.end()) return false;
  const Row& row = rows_[found->second];
  const std::size_t first = row.size() - kKeptColumns;
  if (row[first] == std::to_string(file.bytes) && row[first + 1] == std::to_string(file.modified_ns)) return true;
  stale_.push_back(found->second);
  return false;
}

void PredictionFile::take(const PredictedImage& image) {
  Row row = csv_row(model_, image);
  row.insert(row.end(), {std::to_string(image.file.bytes), std::to_string(image.file.modified_ns), short_hash(model_)});
  waiting_ += csv_line(row);
  ++written_;
}

void PredictionFile::flush() {
  leave_out_stale_rows();
  if (waiting_.empty()) return;
  append(descriptor_, file_, waiting_);
  waiting_.clear();
}

std::string PredictionFile::rows_that_hold() const {
  std::string text;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (!std::binary_search(stale_.begin(), stale_.end(), i)) text += csv_line(rows_[i]);
  }
  return text;
}

/// Whole or not at all: a new file takes the old one's place, and is locked before it does.
void PredictionFile::leave_out_stale_rows() {
  if (stale_.empty()) return;
  std::sort(stale_.begin(), stale_.end());
  const fs::path draft = file_.string() + ".new";
  const int descriptor = open_locked(draft, O_TRUNC);
  try {
    append(descriptor, draft, rows_that_hold());
    fs::rename(draft, file_);
  } catch (...) {
    ::close(descriptor);
    throw;
  }
  ::close(std::exchange(descriptor_, descriptor));
  stale_.clear();
}

}  // namespace assay
