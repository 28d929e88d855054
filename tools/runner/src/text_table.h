// Tables of aligned text for a terminal.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace assay {

enum class Align { left, right };

/// Rows of cells; every column is as wide as its widest cell, two spaces apart.
class TextTable {
 public:
  explicit TextTable(std::vector<Align> columns) : columns_(std::move(columns)) {}

  /// A cell for each column; missing ones are empty. Control characters are shown as '?', so that a name can't move
  /// the cursor.
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  /// indent: spaces before each line. Nothing is printed after the last cell of a line.
  void print(std::ostream& out, int indent = 0) const;

 private:
  std::vector<Align> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace assay
