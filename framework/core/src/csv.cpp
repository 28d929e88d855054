#include "assay/csv.h"

#include "assay/error.h"

namespace assay {
namespace {

class CsvReader {
 public:
  CsvReader(std::string_view text, const std::string& file) : text_(text), file_(file) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  std::vector<CsvRow> rows() {
    std::vector<CsvRow> all;
    while (at_ < text_.size()) {
      CsvRow row = next_row();
      const bool is_empty = row.fields.size() == 1 && row.fields.front().empty();
      if (!is_empty) all.push_back(std::move(row));
    }
    return all;
  }

 private:
  CsvRow next_row() {
    CsvRow row{line_, {}};
    for (;;) {
      row.fields.push_back(next_field());
      if (at_ < text_.size() && text_[at_] == ',') {
        ++at_;
        continue;
      }
      skip_line_end();
      return row;
    }
  }

  std::string next_field() { return at_ < text_.size() && text_[at_] == '"' ? quoted_field() : plain_field(); }

  std::string plain_field() {
    const std::size_t start = at_;
    while (at_ < text_.size() && !ends_field(text_[at_])) {
      if (text_[at_] == '"')
        fail("a quote inside a field that does not begin with one; write the field in quotes, and \"\" for a quote");
      ++at_;
    }
    return std::string(text_.substr(start, at_ - start));
  }

  std::string quoted_field() {
    const int opened = line_;
    std::string field;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
          ++at_;
        } else {
          ++at_;
          if (at_ < text_.size() && !ends_field(text_[at_])) fail("text after a closing quote");
          return field;
        }
      }
      if (text_[at_] == '\n') ++line_;
      field += text_[at_];
    }
    line_ = opened;
    fail("a quote is opened here and not closed");
  }

  static bool ends_field(char c) { return c == ',' || c == '\n' || c == '\r'; }

  void skip_line_end() {
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] == '\n') ++at_;
    ++line_;
  }

  [[noreturn]] void fail(const std::string& what) const {
    std::vector<Problem> problems;
    problems.emplace_back(Location{file_, line_, 1}, what);
    throw InvalidInput(std::move(problems));
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0;
  int line_ = 1;
};

}  // namespace

std::vector<CsvRow> parse_csv(std::string_view text, const std::string& file) { return CsvReader(text, file).rows(); }

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\n\r") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string csv_line(std::span<const std::string> fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) line += (i == 0 ? "" : ",") + csv_field(fields[i]);
  return line + "\n";
}

std::size_t end_of_whole_rows(std::string_view text) {
  std::size_t end = 0;
  bool quoted = false;  // a doubled quote turns it off and on again
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (text[i] == '\n' && !quoted) end = i + 1;
  }
  return end;
}

}  // namespace assay
