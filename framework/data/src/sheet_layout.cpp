#include "sheet_layout.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>

namespace assay::data {
namespace {

constexpr int kTile = 168;     ///< side of a shown picture, in pixels of the sheet
constexpr int kGap = 6;        ///< between pictures
constexpr int kMargin = 18;    ///< around the sheet
constexpr int kTextLine = 20;  ///< height of a line of text
constexpr int kSection = 34;   ///< height of a section's title
const cv::Scalar kPaper(250, 250, 250);
const cv::Scalar kInk(40, 40, 40);
const cv::Scalar kPale(130, 130, 130);
const cv::Scalar kLine(205, 205, 205);

/// OpenCV's letters are ASCII only: another character of UTF-8 becomes one '?'.
std::string in_ascii(std::string text) {
  std::erase_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; });
  std::ranges::replace_if(
      text, [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return text;
}

/// Cut in the middle to what fits: a file's name tells most at its two ends.
std::string fitted(const std::string& given, double size, int width) {
  const std::string text = in_ascii(given);
  const auto width_of = [size](const std::string& t) {
    return cv::getTextSize(t, cv::FONT_HERSHEY_SIMPLEX, size, 1, nullptr).width;
  };
  if (width_of(text) <= width) return text;
  for (std::size_t kept = text.size() - 1; kept > 1; --kept) {
    const std::size_t front = kept / 2;
    const std::string cut = text.substr(0, front) + "..." + text.substr(text.size() - (kept - front));
    if (width_of(cut) <= width) return cut;
  }
  return "";
}

/// How a line of text looks.
struct Letters {
  double size;
  cv::Scalar colour;
};
const Letters kTitle{0.6, kInk};
const Letters kName{0.42, kInk};
const Letters kCaption{0.42, kPale};

void write(cv::Mat& sheet, const std::string& text, const Letters& letters, cv::Point start, int width) {
  cv::putText(sheet, fitted(text, letters.size, width), start, cv::FONT_HERSHEY_SIMPLEX, letters.size, letters.colour,
              1, cv::LINE_AA);
}

constexpr int kRow = kTextLine + kTile + kGap;

int column_at(std::size_t i) { return kMargin + static_cast<int>(i) * (kTile + kGap); }

int height_of(const SheetSection& section) {
  return kSection + (section.rows.empty() ? 0 : kTextLine) + static_cast<int>(section.rows.size()) * kRow;
}

void draw_row(const SheetRow& row, int y, cv::Mat& sheet) {
  write(sheet, row.title, kName, {kMargin, y + kTextLine - 6}, sheet.cols - 2 * kMargin);
  for (std::size_t i = 0; i < row.tiles.size(); ++i) {
    const cv::Rect place(column_at(i), y + kTextLine, kTile, kTile);
    row.tiles[i].copyTo(sheet(place));
    cv::rectangle(sheet, place, kLine, 1);  // a white picture ends somewhere, too
  }
}

void draw_section(const SheetSection& section, int y, cv::Mat& sheet) {
  write(sheet, section.title, kTitle, {kMargin, y + kSection - 14}, sheet.cols - 2 * kMargin);
  const int line = y + kSection - 5;
  cv::line(sheet, {kMargin, line}, {sheet.cols - kMargin, line}, kLine, 1);
  if (section.rows.empty()) return;
  y += kSection;
  const std::vector<std::string>& captions = section.rows.front().captions;
  for (std::size_t i = 0; i < captions.size(); ++i) {
    write(sheet, captions[i], kCaption, {column_at(i), y + kTextLine - 5}, kTile);
  }
  y += kTextLine;
  for (const SheetRow& row : section.rows) {
    draw_row(row, y, sheet);
    y += kRow;
  }
}

}  // namespace

cv::Mat tile_of(const cv::Mat& rgb) {
  const double scale = static_cast<double>(kTile) / std::max(rgb.cols, rgb.rows);
  const cv::Size size(std::max(1, cvRound(rgb.cols * scale)), std::max(1, cvRound(rgb.rows * scale)));
  cv::Mat resized;
  cv::resize(rgb, resized, size, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_NEAREST);
  cv::Mat tile(kTile, kTile, CV_8UC3, kPaper);
  cv::cvtColor(resized, tile(cv::Rect((kTile - size.width) / 2, (kTile - size.height) / 2, size.width, size.height)),
               cv::COLOR_RGB2BGR);
  return tile;
}

cv::Mat lay_out(const std::vector<SheetSection>& sections, std::int64_t columns) {
  int height = 2 * kMargin;
  for (const SheetSection& section : sections) height += height_of(section);
  const int width = column_at(static_cast<std::size_t>(columns)) - kGap + kMargin;
  cv::Mat sheet(height, width, CV_8UC3, kPaper);
  int y = kMargin;
  for (const SheetSection& section : sections) {
    draw_section(section, y, sheet);
    y += height_of(section);
  }
  return sheet;
}

}  // namespace assay::data
