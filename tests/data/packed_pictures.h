// Images in a folder and a cache beside it: what the tests of packs start from.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "assay/data/loader.h"
#include "assay/data/packed_cache.h"
#include "assay/data/renderer.h"
#include "data/temporary_folder.h"
#include "data/test_images.h"
#include "file_check.h"

namespace assay::test {

namespace fs = std::filesystem;

/// Turns and shrinks each view at random, so that all levels of a picture are looked at.
class Anywhere : public Augmentation {
 public:
  void sample(View& view, Random& random) const override {
    view.rotate(random.uniform(0, 360));
    const double share = random.uniform(0.1, 1.5);
    view.crop(0, 0, view.width() * share, view.height() * share);
  }
};

/// Images in a folder, and a cache beside it.
class Packed : public testing::Test {
 protected:
  Packed() {
    add("noise.png", noise_picture(45, 30, 1));
    add("tall.bmp", noise_picture(17, 64, 2));
    add("photo.jpg", noise_picture(33, 35, 3));
    add("dot.png", noise_picture(1, 1, 4));
    add("line.png", noise_picture(20'000, 1, 5));
    add("large.png", noise_picture(300, 257, 6));
    experiment_.pipeline.threads = 2;
  }

  void add(const std::string& name, const data::Picture& picture) {
    add(name, encode(picture, fs::path(name).extension()));
    dataset_.samples.back().width = picture.width;
    dataset_.samples.back().height = picture.height;
  }

  void add(const std::string& name, const std::string& bytes) {
    Sample sample;
    sample.name = name;
    sample.path = folder_.write("images/" + name, bytes);
    sample.content_hash = data::content_hash(bytes.data(), bytes.size());
    dataset_.samples.push_back(sample);
  }

  /// What was said goes to said_.
  std::shared_ptr<const PackedCache> open() {
    testing::internal::CaptureStderr();
    std::shared_ptr<const PackedCache> pack;
    try {
      pack = open_packed_cache(dataset_, experiment_, cache(), console_);
    } catch (...) {
      said_ = testing::internal::GetCapturedStderr();
      throw;
    }
    said_ = testing::internal::GetCapturedStderr();
    return pack;
  }

  Renderer renderer(std::shared_ptr<const PackedCache> pack, PixelType type = PixelType::float32) const {
    InputSpec input;
    input.size = 24;
    Renderer::Options options = renderer_options(experiment_, input);
    options.augmentations = AugmentationChain({std::make_shared<Anywhere>()});
    options.pixel_type = type;
    options.pack = std::move(pack);
    return Renderer(options);
  }

  std::vector<Request> requests() const {
    std::vector<Request> all;
    for (std::uint32_t view = 0; view < 6; ++view) {
      for (std::int64_t i = 0; i < std::ssize(dataset_.samples); ++i) all.push_back({i, view > 0, view, 0});
    }
    return all;
  }

  template <typename Number = float>
  std::vector<Number> pixels(const std::shared_ptr<const PackedCache>& pack, std::int64_t threads = 2) const {
    const Renderer drawer = renderer(pack, std::is_same_v<Number, float> ? PixelType::float32 : PixelType::bfloat16);
    Loader loader(dataset_, drawer, requests(), 5, threads);
    std::vector<Number> all;
    while (const Batch* batch = loader.next()) {
      const auto& numbers = std::get<std::vector<Number>>(batch->pixels);
      all.insert(all.end(), numbers.begin(), numbers.end());
    }
    return all;
  }

  /// The same, and what was said meanwhile goes to said_.
  std::vector<float> pixels_and_words(const std::shared_ptr<const PackedCache>& pack) {
    testing::internal::CaptureStderr();
    std::vector<float> all = pixels(pack);
    said_ = testing::internal::GetCapturedStderr();
    return all;
  }

  int warnings() const {
    int count = 0;
    for (std::size_t at = said_.find("warning:"); at != std::string::npos; at = said_.find("warning:", at + 1)) ++count;
    return count;
  }

  fs::path cache() const { return folder_.path() / "cache"; }

  std::vector<fs::path> packs() const {
    std::vector<fs::path> files;
    std::error_code missing;
    for (const auto& entry : fs::directory_iterator(cache() / "packed", missing)) files.push_back(entry.path());
    return files;
  }

  /// So that only a pack can give them.
  void remove_images() const { fs::remove_all(folder_.path() / "images"); }

  TemporaryFolder folder_;
  Dataset dataset_;
  Experiment experiment_;
  Console console_;
  std::string said_;
};

}  // namespace assay::test
