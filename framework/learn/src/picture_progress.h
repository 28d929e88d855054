// How far work on many pictures is: count, rate and time left on the console's live line.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "assay/console.h"

namespace assay {

/// One thread.
class PictureProgress {
 public:
  /// what: "predicted", the first word of the line.
  PictureProgress(Console& console, std::string what, std::int64_t pictures);

  /// So many more are done.
  void advance(std::int64_t pictures);

 private:
  Console& console_;
  std::string what_;
  std::int64_t pictures_;
  std::int64_t done_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// "predicted 3,200 of 10,000 images, 61 images/s, 1:51 left".
std::string picture_progress_text(const std::string& what, std::int64_t done, std::int64_t pictures,
                                  std::chrono::duration<double> passed);

}  // namespace assay
