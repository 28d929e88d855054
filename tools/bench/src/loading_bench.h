// An experiment's pictures without a network behind them: opened and loaded as a run does it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace assay::bench {

struct LoadingOptions {
  int epochs = 3;     ///< timed, after one that isn't
  bool hash = false;  ///< of the pictures of all epochs, which costs time
};

/// Every epoch has all images, in a random order of its own, which is the same each time.
/// { images, open_s, pack_s, first_epoch_s, epochs_s[], images_per_s[], anonymous_mb[], sha256 }. open_s: of the data
/// set; pack_s: of its pack, making it where there is none. anonymous_mb: RssAnon of this process after the first epoch
/// and each further one.
nlohmann::ordered_json bench_loading(const std::filesystem::path& experiment, const std::vector<std::string>& settings,
                                     const LoadingOptions& options);

/// { images, images_per_s[] } of reading and decoding alone, by as many threads as the loader would have.
nlohmann::ordered_json bench_decoding(const std::filesystem::path& experiment,
                                      const std::vector<std::string>& settings);

}  // namespace assay::bench
