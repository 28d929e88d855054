#include "picture_progress.h"

#include "number_text.h"

namespace assay {

PictureProgress::PictureProgress(Console& console, std::string what, std::int64_t pictures)
    : console_(console), what_(std::move(what)), pictures_(pictures) {}

void PictureProgress::advance(std::int64_t pictures) {
  done_ += pictures;
  if (!console_.progress_due()) return;
  console_.progress(picture_progress_text(what_, done_, pictures_, std::chrono::steady_clock::now() - start_));
}

std::string picture_progress_text(const std::string& what, std::int64_t done, std::int64_t pictures,
                                  std::chrono::duration<double> passed) {
  const std::string text = what + " " + count_text(done) + " of " + count_text(pictures) + " images";
  if (done == 0 || passed.count() <= 0.0) return text;
  const double rate = static_cast<double>(done) / passed.count();
  const std::chrono::duration<double> left(static_cast<double>(pictures - done) / rate);
  return text + ", " + decimal_text(rate, rate < 10.0 ? 1 : 0) + " images/s, " + duration_text(left) + " left";
}

}  // namespace assay
