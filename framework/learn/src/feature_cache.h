// Features that are computed once: taken from disk when an earlier run, or this one before it stopped, has computed the
// same ones, else extracted and written there. A file holds a few hundred pictures of one view of one split, so that an
// interrupted extraction keeps what it finished, and runs that share only a part share that.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "assay/console.h"
#include "feature_extractor.h"
#include "feature_rows.h"

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
  /// folder: of all that is kept (cache_files.h), features below it; empty: they are kept nowhere. What model and
  /// pictures refer to outlives the cache.
  FeatureCache(Model model, PictureSource pictures, c10::Device device, FeatureKind kind, FeatureIdentity identity,
               std::filesystem::path folder, Console& console);

  /// How many pictures will be asked for in all: what progress counts towards.
  void expect(std::int64_t pictures) { expected_ += pictures; }

  /// Features of the requested pictures, in order, kept as float32 or bfloat16 and mapped from their files. A damaged
  /// file is told, and computed again; features that can't be written are told, and stay in memory, as does, for this
  /// run, what another takes away before it is mapped. Makes room in the folder before it writes. Throws as
  /// extract_features does.
  FeatureRows rows(const std::vector<Request>& requests, DType dtype = DType::f32);

  FeatureKind kind() const { return kind_; }

  /// Pictures whose features came from disk so far, and pictures computed.
  std::int64_t reused() const { return reused_; }
  std::int64_t computed() const { return computed_; }

 private:
  /// Pictures that share a file.
  struct Part {
    std::span<const Request> requests;
    std::string key;
    std::filesystem::path file;  ///< empty: kept nowhere
    FeatureRows rows;            ///< none as long as they are neither found nor computed
    bool is_damaged = false;     ///< its file is, which was told

    std::int64_t count() const { return static_cast<std::int64_t>(requests.size()); }
  };

  std::vector<Part> parts_of(std::span<const Request> requests, DType dtype) const;
  std::string key_of(std::span<const Request> requests, DType dtype) const;
  void open_kept(std::vector<Part>& parts, DType dtype);
  void find(Part& part, DType dtype);
  void compute(Part& part, DType dtype);
  void keep(Part& part, const at::Tensor& features, DType dtype);
  bool write(const Part& part, const TensorView& rows);
  void show_progress();

  Model model_;
  PictureSource pictures_;
  c10::Device device_;
  FeatureKind kind_;
  FeatureIdentity identity_;
  std::filesystem::path folder_;
  bool writable_ = true;  ///< false once a file couldn't be written
  Console& console_;
  std::int64_t expected_ = 0;
  std::int64_t reused_ = 0;
  std::int64_t computed_ = 0;
  std::chrono::steady_clock::duration spent_{};
  std::chrono::steady_clock::time_point begun_;
};

}  // namespace assay
