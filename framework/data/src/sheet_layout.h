// Laying out a contact sheet: titled sections, each with rows of equal tiles. What the tiles show is contact_sheet.h's.
#pragma once

#include <opencv2/core.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace assay::data {

/// One line of pictures with what they are called. Texts are shown in ASCII, and cut where they don't fit.
struct SheetRow {
  std::string title;                  ///< above the row
  std::vector<std::string> captions;  ///< of each column; those of a section's first row stand above it
  std::vector<cv::Mat> tiles;         ///< as tile_of makes them
};

struct SheetSection {
  std::string title;
  std::vector<SheetRow> rows;
};

/// The whole of a picture within a tile, its shape kept. rgb: 8 bits, three channels.
cv::Mat tile_of(const cv::Mat& rgb);

/// The sheet, in OpenCV's order of channels (BGR). columns: most tiles in a row.
cv::Mat lay_out(const std::vector<SheetSection>& sections, std::int64_t columns);

}  // namespace assay::data
