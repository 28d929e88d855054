// How predictions are written: as a table for people, as JSON lines or comma-separated values for programs, and into a
// file that a stopped prediction goes on with.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "assay/learn/commands.h"

namespace assay {

enum class PredictionFormat { table, json_lines, csv };

/// Writes to standard output.
std::unique_ptr<PredictionSink> print_predictions(PredictionFormat format);

/// A file of comma-separated values, written as predictions come. When it is there already, it must be of the same
/// model; the images that it holds are done, unless their size or time has changed since. A last row that was torn by a
/// kill is taken out. One process at a time.
class PredictionFile : public PredictionSink {
 public:
  /// Nothing is opened or made before begin(): a model that isn't there leaves no empty file.
  explicit PredictionFile(std::filesystem::path file);
  ~PredictionFile() override;
  PredictionFile(const PredictionFile&) = delete;
  PredictionFile& operator=(const PredictionFile&) = delete;

  /// Opens or makes the file. Throws InvalidInput when it can't be written, another process writes it, it is not one
  /// that predict wrote, or it holds another model's predictions.
  void begin(const PredictingModel& model) override;
  bool is_done(const ImageFile& file) override;
  void take(const PredictedImage& image) override;
  /// Throws Failure when the disk is full.
  void flush() override;

  /// begin() has got as far as opening it.
  bool is_open() const { return descriptor_ >= 0; }
  /// Rows that were written by this object.
  std::int64_t written() const { return written_; }

 private:
  using Row = std::vector<std::string>;

  void open();
  void keep_whole_rows();
  void check_rows() const;
  void leave_out_stale_rows();
  std::string rows_that_hold() const;

  std::filesystem::path file_;
  int descriptor_ = -1;
  PredictingModel model_;
  std::vector<Row> rows_;  ///< of an earlier process, the heading first
  std::unordered_map<std::string, std::size_t> row_of_path_;
  std::vector<std::size_t> stale_;  ///< rows whose image has changed, or has a later row
  std::string waiting_;             ///< rows that are not written yet
  std::int64_t written_ = 0;
};

}  // namespace assay
