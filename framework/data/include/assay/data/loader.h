// Batches of rendered pictures, made ahead by threads and handed out in order.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "assay/data/renderer.h"

namespace assay {

/// Pixels of pictures [N, size, size, 3], normalised, in the renderer's PixelType: the second are bfloat16.
using BatchPixels = std::variant<std::vector<float>, std::vector<std::uint16_t>>;

/// Rendered pictures, in the order they were asked for.
struct Batch {
  std::vector<Request> requests;    ///< one for each picture
  BatchPixels pixels;               ///< of them
  std::vector<std::string> errors;  ///< [N] why a picture has no pixels; empty where it has (OnBadPicture::keep)

  std::int64_t count() const { return static_cast<std::int64_t>(requests.size()); }  ///< pictures in the batch
};

/// What a picture that can't be rendered does.
enum class OnBadPicture : std::uint8_t {
  stop,  ///< next() throws at its batch
  keep,  ///< its pixels are zero and Batch::errors says why
};

/// Renders requests in batches, keeping at most a few batches ahead. Any number of threads gives the same bytes in the
/// same order. Its threads live as long as it does, and sleep while there is nothing to do. Used from one thread.
class Loader {
 public:
  /// threads: as pipeline.threads (thread_counts.h). The data set and the renderer outlive the loader.
  Loader(const Dataset& dataset, const Renderer& renderer, std::vector<Request> requests, std::int64_t batch_size,
         std::int64_t threads, OnBadPicture on_bad_picture = OnBadPicture::stop);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// Further requests behind those given so far, beginning a new batch: the next epoch's, say, while this one's last
  /// batches are still being handed out. The batch handed out last stays valid.
  void append(std::vector<Request> requests);

  /// The next batch; nullptr after the last one given so far, and it goes on after append(). The batch is valid until
  /// the next call. Throws what a thread threw, at the batch where it happened; and Interrupted when a signal asked to
  /// stop while it waited.
  const Batch* next();

  /// Seconds that next() has spent waiting for data so far.
  double seconds_waited() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace assay
