// Features that are computed once: read from disk when an earlier run, or this one before it stopped, has computed the
// same ones, else extracted and written there. One file holds a few hundred pictures of one view of one split, so that
// an interrupted extraction keeps what it finished, and runs that share only a part share that.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "assay/console.h"
#include "feature_extractor.h"

namespace assay {

/// What features depend on beside the pictures asked for: anything here that differs makes another file.
struct FeatureIdentity {
  std::string weights;        ///< hash of the backbone's tensors
  std::string pictures;       ///< preprocessing, mask, input: how a plain picture is made
  std::string augmentations;  ///< their options, and the seed: how an augmented one differs
  std::string code;           ///< hashes of the libraries and plugins that compute
  std::string machine;        ///< device, processor, torch and compute threads: the last bits depend on them
};

class FeatureCache {
 public:
  /// folder: where files are kept; empty: nowhere. What model and pictures refer to outlives the cache.
  FeatureCache(Model model, PictureSource pictures, c10::Device device, FeatureKind kind, FeatureIdentity identity,
               std::filesystem::path folder, Console& console);

  /// How many pictures will be asked for in all: what progress counts towards.
  void expect(std::int64_t pictures) { expected_ += pictures; }

  /// Features of the requested pictures, [N,...] float32 on the device. A damaged file is told, and computed again; a
  /// folder that can't be written to is told, and the run goes on. Throws as extract_features does.
  at::Tensor rows(const std::vector<Request>& requests);

  FeatureKind kind() const { return kind_; }

  /// Pictures whose features came from disk so far, and pictures computed.
  std::int64_t reused() const { return reused_; }
  std::int64_t computed() const { return computed_; }

 private:
  at::Tensor part(std::span<const Request> requests);
  std::string key_of(std::span<const Request> requests) const;
  at::Tensor read(const std::filesystem::path& file, std::int64_t count);
  void write(const std::filesystem::path& file, const std::string& key, const at::Tensor& rows);
  void show_progress();

  Model model_;
  PictureSource pictures_;
  c10::Device device_;
  FeatureKind kind_;
  FeatureIdentity identity_;
  std::filesystem::path folder_;
  Console& console_;
  std::int64_t expected_ = 0;
  std::int64_t reused_ = 0;
  std::int64_t computed_ = 0;
  std::chrono::steady_clock::duration spent_{};
  std::chrono::steady_clock::time_point begun_;
};

}  // namespace assay
