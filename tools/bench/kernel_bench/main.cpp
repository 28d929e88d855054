// Speed of the kernels that pictures go through after decoding, on pictures of 450 x 450 that lie in memory, not in the
// processor's caches. Each row tells pixels and bytes per second, and which share of the memory's bandwidth that is.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdio>
#include <random>

#include "fused_pass.h"
#include "memory_bandwidth.h"
#include "plain_resize.h"

namespace assay::bench {
namespace {

using namespace data;

constexpr std::int64_t kSide = 450;
constexpr std::int64_t kSize = 224;
constexpr std::size_t kNumbers = static_cast<std::size_t>(3 * kSize * kSize);
constexpr std::size_t kBatch = 64;
constexpr int kMostThreads = 2;
constexpr std::array<float, 3> kScale{0.0171F, 0.0175F, 0.0174F};  // ImageNet's
constexpr std::array<float, 3> kOffset{-2.118F, -2.036F, -1.804F};

Picture noise(std::uint32_t seed) {
  Picture picture;
  picture.width = kSide;
  picture.height = kSide;
  picture.rgb.resize(static_cast<std::size_t>(3 * kSide * kSide));
  std::mt19937 random(seed);
  for (std::uint8_t& level : picture.rgb) level = static_cast<std::uint8_t>(random());
  return picture;
}

/// Together 200 MB, so that each is read from memory when its turn comes.
const std::vector<LevelledPicture>& pictures() {
  static const std::vector<LevelledPicture> all = [] {
    std::vector<LevelledPicture> made;
    for (std::uint32_t i = 0; i < 256; ++i) {
      made.emplace_back(noise(i), Box{0, 0, kSide, kSide});
      made.back().make_levels(99);
    }
    return made;
  }();
  return all;
}

/// Random-resized crop of 0.08 to 1 of the area, rotation by up to 45 degrees, flip.
const std::vector<View>& views() {
  static const std::vector<View> all = [] {
    std::mt19937 random(5);
    std::uniform_real_distribution<double> unit(0, 1);
    std::vector<View> made;
    for (int i = 0; i < 97; ++i) {
      View view(kSide, kSide);
      const double side = kSide * std::sqrt(0.08 + 0.92 * unit(random));
      view.crop((kSide - side) * unit(random), (kSide - side) * unit(random), side, side);
      view.rotate(90 * unit(random) - 45);
      if (unit(random) < 0.5) view.flip_horizontal();
      made.push_back(view);
    }
    return made;
  }();
  return all;
}

/// Source bytes that a view shows, about: its frame's area in each level that is looked at, as if none of it were
/// outside.
double bytes_shown(const View& view) {
  const StoredPicture& picture = pictures().front().stored();
  const std::int64_t levels = levels_needed(picture, view, kSize);
  const double area = std::min(view.width() * view.height(), static_cast<double>(kSide * kSide));
  const double shift = largest_scale(Affine::scaling(view.width() / kSize, view.height() / kSize)) < 2 ? 1 : 0.25;
  return 3 * area * shift * (levels > 1 ? 1.25 : 1);
}

void count(benchmark::State& state, double pixels, double bytes) {
  using benchmark::Counter;
  const double bandwidth = memory_bandwidth(state.threads());
  state.counters["pixels"] = Counter(pixels, Counter::kIsRate);
  state.counters["bytes"] = Counter(bytes, Counter::kIsRate, Counter::kIs1024);
  state.counters["of_memory"] = Counter(bytes / bandwidth, Counter::kIsRate);
}

template <class Number>
void fused(benchmark::State& state, Interpolation interpolation, void (*edit)(View&)) {
  const Target target{.size = kSize, .interpolation = interpolation, .scale = kScale, .offset = kOffset};
  std::vector<View> edited = views();
  for (View& view : edited) edit(view);
  std::vector<Number> batch(kBatch * kNumbers);
  pictures();  // made before time is taken
  double bytes = 0;
  auto i = static_cast<std::size_t>(state.thread_index()) * 101;
  for (auto _ : state) {
    const View& view = edited[i % edited.size()];
    const std::span<Number> out = std::span(batch).subspan(i % kBatch * kNumbers, kNumbers);
    fused_pass(pictures()[i * 37 % pictures().size()].stored(), view, target, out);
    bytes += bytes_shown(view) + static_cast<double>(sizeof(Number) * kNumbers);
    ++i;
  }
  count(state, static_cast<double>(state.iterations() * kSize * kSize), bytes);
}

template <class Number>
void plain(benchmark::State& state, Interpolation interpolation) {
  const Target target{.size = kSize, .interpolation = interpolation, .scale = kScale, .offset = kOffset};
  std::vector<Number> batch(kBatch * kNumbers);
  pictures();  // made before time is taken
  std::size_t i = 0;
  for (auto _ : state) {
    const std::span<Number> out = std::span(batch).subspan(i % kBatch * kNumbers, kNumbers);
    resize_plain(pictures()[i * 37 % pictures().size()].stored(), target, out);
    ++i;
  }
  const double bytes = 3 * kSide * kSide + static_cast<double>(sizeof(Number) * kNumbers);
  const auto iterations = static_cast<double>(state.iterations());
  count(state, iterations * kSize * kSize, iterations * bytes);
}

/// All levels and the statistics of a decoded picture; its pixels are copied first, as if they came from a decoder.
void levels(benchmark::State& state) {
  pictures();
  std::size_t i = 0;
  for (auto _ : state) {
    const StoredLevel& source = pictures()[i++ * 37 % pictures().size()].stored().levels.front();
    Picture picture;
    picture.width = kSide;
    picture.height = kSide;
    picture.rgb.reserve(static_cast<std::size_t>(3 * kSide * kSide + kLevelSlack));
    picture.rgb.assign(source.rgb, source.rgb + 3 * kSide * kSide);
    LevelledPicture made(std::move(picture), {});
    made.make_levels(99);
    benchmark::DoNotOptimize(made.stored().levels.back().rgb);
  }
  // Read, written as the copy, and a third more written as levels; the rest stays in the caches.
  constexpr auto kPixels = static_cast<double>(kSide * kSide);
  const auto iterations = static_cast<double>(state.iterations());
  count(state, iterations * kPixels, iterations * 3 * kPixels * (2 + 1.0 / 3));
}

void as_it_is(View&) {}

void jitter_colours(View& view) {
  view.add(ColourMatrix{{1.1, 0.05, 0, 0, 0.9, 0, 0.02, 0, 1.05}, {3, -4, 5}});
  view.add(Gamma{1.1});
  view.add(HueTurn{0.05});
}

void jitter_stain(View& view) { view.add(DensityMatrix{{{1.02, 0.01, 0, 0, 0.98, 0, 0, 0.01, 1}, {0.01, 0, 0}}}); }

void blur(View& view) { view.blur(2); }

void add_noise(View& view) { view.add_noise(10, 7); }

void register_all() {
  constexpr Interpolation kBilinear = Interpolation::bilinear;
  constexpr Interpolation kBicubic = Interpolation::bicubic;
  const auto add = [](const char* name, auto... arguments) { return benchmark::RegisterBenchmark(name, arguments...); };
  add("fused/bilinear", fused<float>, kBilinear, as_it_is)->ThreadRange(1, kMostThreads)->UseRealTime();
  add("fused/bilinear_bf16", fused<std::uint16_t>, kBilinear, as_it_is);
  add("fused/bicubic", fused<float>, kBicubic, as_it_is);
  add("fused/colours", fused<float>, kBilinear, jitter_colours);
  add("fused/stain", fused<float>, kBilinear, jitter_stain);
  add("fused/blur", fused<float>, kBilinear, blur);
  add("fused/noise", fused<float>, kBilinear, add_noise);
  add("plain/bilinear", plain<float>, kBilinear);
  add("plain/bilinear_bf16", plain<std::uint16_t>, kBilinear);
  add("plain/bicubic", plain<float>, kBicubic);
  add("levels", levels);
}

}  // namespace
}  // namespace assay::bench

int main(int argc, char** argv) {
  assay::bench::register_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  for (int threads = 1; threads <= assay::bench::kMostThreads; ++threads) {
    std::fprintf(stderr, "memory: %.1f GB/s read and written by %d thread(s) that copy\n",
                 assay::bench::memory_bandwidth(threads) / 1e9, threads);
  }
  std::fprintf(stderr, "of_memory is a share of what as many threads can\n");
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
