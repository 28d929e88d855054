#include "feature_cache.h"

#include <ATen/ops/cat.h>

#include <algorithm>
#include <sstream>

#include "assay/error.h"
#include "assay/hash.h"
#include "assay/learn/tensors.h"
#include "assay/tensor_file.h"
#include "number_text.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

// Pictures of one file; a multiple of kFeatureChunk, so that parts are chunked as the whole would be.
constexpr std::size_t kPart = 512;
static_assert(kPart % kFeatureChunk == 0);

constexpr const char* kRows = "features";

std::string hash_of_bytes(const TensorView& view) {
  Sha256 hash;
  hash.update(view.bytes);
  return hash.finish();
}

}  // namespace

FeatureCache::FeatureCache(Model model, PictureSource pictures, c10::Device device, FeatureKind kind,
                           FeatureIdentity identity, fs::path folder, Console& console)
    : model_(std::move(model)),
      pictures_(pictures),
      device_(device),
      kind_(kind),
      identity_(std::move(identity)),
      folder_(std::move(folder)),
      console_(console) {}

at::Tensor FeatureCache::rows(const std::vector<Request>& requests) {
  std::vector<at::Tensor> parts;
  for (std::size_t first = 0; first < requests.size(); first += kPart) {
    parts.push_back(part(std::span(requests).subspan(first, std::min(kPart, requests.size() - first))));
  }
  return parts.size() == 1 ? parts.front() : at::cat(parts);
}

at::Tensor FeatureCache::part(std::span<const Request> requests) {
  const auto count = static_cast<std::int64_t>(requests.size());
  const std::string key = key_of(requests);
  const fs::path file = folder_.empty() ? fs::path() : folder_ / (sha256(key) + ".safetensors");
  if (at::Tensor kept = read(file, count); kept.defined()) {
    reused_ += count;
    return kept.to(device_);
  }
  begun_ = std::chrono::steady_clock::now();
  const at::Tensor features = extract_features(model_, pictures_, device_, {requests.begin(), requests.end()}, kind_,
                                               [this](std::int64_t chunk) {
                                                 computed_ += chunk;
                                                 show_progress();
                                               });
  spent_ += std::chrono::steady_clock::now() - begun_;
  if (reused_ + computed_ >= expected_) console_.end_progress();
  write(file, key, features);
  return features;
}

// A picture is its contents and its view. An augmented one depends on its place in the data set too, because the random
// stream is named by that.
std::string FeatureCache::key_of(std::span<const Request> requests) const {
  bool augmented = false;
  std::ostringstream pictures;
  for (const Request& request : requests) {
    pictures << pictures_.dataset.samples[static_cast<std::size_t>(request.sample)].content_hash;
    if (request.augmented) pictures << ' ' << request.sample << ' ' << request.epoch << ' ' << request.draw;
    pictures << '\n';
    augmented = augmented || request.augmented;
  }
  std::ostringstream key;
  key << "features 1\nkind " << (kind_ == FeatureKind::pooled ? "pooled" : "map") << "\nchunk " << kFeatureChunk
      << "\nweights " << identity_.weights << "\npictures " << identity_.pictures << "\ncode " << identity_.code
      << "\nmachine " << identity_.machine << "\nrequests " << requests.size() << ' ' << sha256(pictures.str());
  if (augmented) key << "\naugmentations " << identity_.augmentations;
  return key.str();
}

at::Tensor FeatureCache::read(const fs::path& file, std::int64_t count) {
  if (file.empty() || !fs::exists(file)) return {};
  try {
    const TensorFile opened = TensorFile::open(file);
    const TensorView* view = opened.find(kRows);
    const auto hash = opened.metadata().find("sha256");
    if (view == nullptr || view->shape.empty() || view->shape.front() != count || hash == opened.metadata().end() ||
        hash->second != hash_of_bytes(*view)) {
      throw InvalidInput(file.string() + " doesn't hold what it says");
    }
    return to_tensor(*view);
  } catch (const std::exception& error) {
    console_.warn(std::string("kept features are damaged and computed again: ") + error.what());
    return {};
  }
}

void FeatureCache::write(const fs::path& file, const std::string& key, const at::Tensor& rows) {
  if (file.empty()) return;
  try {
    fs::create_directories(folder_);
    const at::Tensor kept = rows.cpu().contiguous();
    const TensorView view = view_of(kRows, kept);
    write_safetensors(file, std::span(&view, 1), {{"key", key}, {"sha256", hash_of_bytes(view)}});
  } catch (const std::exception& error) {
    console_.warn(std::string("features can't be kept for other runs: ") + error.what());
    folder_.clear();
  }
}

void FeatureCache::show_progress() {
  if (!console_.progress_due()) return;
  const std::chrono::duration<double> spent = spent_ + (std::chrono::steady_clock::now() - begun_);
  const double rate = static_cast<double>(computed_) / std::max(spent.count(), 1e-9);
  const std::int64_t left = std::max<std::int64_t>(0, expected_ - reused_ - computed_);
  std::ostringstream line;
  line << "features  " << count_text(reused_ + computed_) << '/' << count_text(expected_) << " pictures  "
       << count_text(static_cast<std::int64_t>(rate)) << " images/s  "
       << duration_text(std::chrono::duration<double>(static_cast<double>(left) / rate)) << " left";
  console_.progress(line.str());
}

}  // namespace assay
