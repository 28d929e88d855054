#include "feature_cache.h"

#include <ATen/Parallel.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <random>
#include <sstream>

#include "allocator.h"
#include "assay/cache_files.h"
#include "assay/error.h"
#include "assay/hash.h"
#include "assay/learn/tensors.h"
#include "feature_file.h"
#include "number_text.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

// Fewest pictures of one file, and most files of one request: a large data set has larger files, not thousands of them.
constexpr std::size_t kSmallestPart = 512;
constexpr std::size_t kMostParts = 32;
static_assert(kSmallestPart % kFeatureChunk == 0);  // so that parts are chunked as the whole would be

std::size_t pictures_of_part(std::size_t pictures) {
  const std::size_t needed = (pictures + kMostParts - 1) / kMostParts;
  return std::max<std::size_t>(1, (needed + kSmallestPart - 1) / kSmallestPart) * kSmallestPart;
}

// Runs that are started together would compute the same parts one behind the other; each in an order of its own, they
// find most of what the others have done. Results don't depend on it.
std::vector<std::size_t> order_of_this_process(std::size_t parts) {
  std::vector<std::size_t> order(parts);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::minstd_rand random(static_cast<unsigned>(::getpid()));
  std::shuffle(order.begin(), order.end(), random);
  return order;
}

// What an error says, without the word before it.
std::string sentence_of(const std::exception& error) {
  const auto* input = dynamic_cast<const InvalidInput*>(&error);
  return input == nullptr ? error.what() : input->problems().front().what;
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

FeatureRows FeatureCache::rows(const std::vector<Request>& requests, DType dtype) {
  const std::int64_t computed_before = computed_;
  std::vector<Part> parts = parts_of(requests, dtype);
  open_kept(parts, dtype);
  for (const std::size_t i : order_of_this_process(parts.size())) {
    Part& part = parts[i];
    if (part.rows.count() > 0) continue;
    find(part, dtype);  // another run may have computed it since
    if (part.rows.count() > 0) {
      reused_ += part.count();
    } else {
      compute(part, dtype);
    }
  }
  FeatureRows all;
  for (const Part& part : parts) all.append(part.rows);
  // The backbone's maps of a chunk are a hundred megabytes that training on features has no use for.
  if (computed_ > computed_before) release_free_memory();
  return all;
}

std::vector<FeatureCache::Part> FeatureCache::parts_of(std::span<const Request> requests, DType dtype) const {
  const std::size_t size = pictures_of_part(requests.size());
  std::vector<Part> parts;
  for (std::size_t first = 0; first < requests.size(); first += size) {
    Part part{requests.subspan(first, std::min(size, requests.size() - first)), {}, {}, {}, false};
    part.key = key_of(part.requests, dtype);
    if (!folder_.empty()) part.file = folder_ / "features" / (sha256(part.key) + ".safetensors");
    parts.push_back(std::move(part));
  }
  return parts;
}

// A picture is its contents and its view. An augmented one depends on its place in the data set too, because the random
// stream is named by that.
std::string FeatureCache::key_of(std::span<const Request> requests, DType dtype) const {
  bool augmented = false;
  std::ostringstream pictures;
  for (const Request& request : requests) {
    pictures << pictures_.dataset.samples[static_cast<std::size_t>(request.sample)].content_hash;
    if (request.augmented) pictures << ' ' << request.sample << ' ' << request.epoch << ' ' << request.draw;
    pictures << '\n';
    augmented = augmented || request.augmented;
  }
  std::ostringstream key;
  key << "features 2\nkind " << (kind_ == FeatureKind::pooled ? "pooled" : "map") << "\ndtype " << name_of(dtype)
      << "\nchunk " << kFeatureChunk << "\nweights " << identity_.weights << "\npictures " << identity_.pictures
      << "\ncode " << identity_.code << "\nmachine " << identity_.machine << "\nrequests " << requests.size() << ' '
      << sha256(pictures.str());
  if (augmented) key << "\naugmentations " << identity_.augmentations;
  return key.str();
}

// Checking hashes is most of the work, and a thread each does it in half the time.
void FeatureCache::open_kept(std::vector<Part>& parts, DType dtype) {
  at::parallel_for(0, static_cast<std::int64_t>(parts.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) find(parts[static_cast<std::size_t>(i)], dtype);
  });
  for (const Part& part : parts) reused_ += part.rows.count();
}

void FeatureCache::find(Part& part, DType dtype) {
  std::error_code ignored;
  if (part.file.empty() || part.is_damaged || !fs::exists(part.file, ignored)) return;
  try {
    part.rows = open_feature_file(part.file, {part.key, part.count(), dtype});
  } catch (const std::exception& error) {
    if (!fs::exists(part.file, ignored)) return;  // taken away since, to make room
    part.is_damaged = true;
    console_.warn(sentence_of(error) + "; its features are computed again");
  }
}

void FeatureCache::compute(Part& part, DType dtype) {
  begun_ = std::chrono::steady_clock::now();
  const at::Tensor features = extract_features(model_, pictures_, device_, {part.requests.begin(), part.requests.end()},
                                               kind_, [this](std::int64_t chunk) {
                                                 computed_ += chunk;
                                                 show_progress();
                                               });
  spent_ += std::chrono::steady_clock::now() - begun_;
  if (reused_ + computed_ >= expected_) console_.end_progress();
  keep(part, features, dtype);
}

void FeatureCache::keep(Part& part, const at::Tensor& features, DType dtype) {
  const at::Tensor kept = features.cpu().to(dtype == DType::bf16 ? at::kBFloat16 : at::kFloat).contiguous();
  const TensorView view = view_of("features", kept);
  if (!part.file.empty() && writable_ && write(part, view)) {
    part.is_damaged = false;
    find(part, dtype);
  }
  // Until it is opened, another run may take the file away to make room: this part is then in memory alone.
  if (part.rows.count() == 0) part.rows = {view, std::make_shared<const at::Tensor>(kept)};
}

bool FeatureCache::write(const Part& part, const TensorView& rows) {
  try {
    make_room(folder_, static_cast<std::int64_t>(rows.bytes.size()));  // what this run has mapped is in use, and stays
    fs::create_directories(part.file.parent_path());
    write_feature_file(part.file, part.key, rows);
  } catch (const std::exception& error) {
    console_.warn("features can't be kept on disk; from here on they stay in memory, for this run alone: " +
                  sentence_of(error));
    writable_ = false;
  }
  return writable_;
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
