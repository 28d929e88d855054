// The fused pass against the slow reference, and both against an endless plane whose levels are averaged by hand.
#include "fused_pass.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <bit>
#include <cmath>
#include <functional>
#include <random>
#include <thread>

#include "data/instruction_sets.h"
#include "data/slow_reference.h"
#include "data/test_images.h"

namespace assay::data {
namespace {

constexpr std::array kInterpolations{Interpolation::bilinear, Interpolation::bicubic};

LevelledPicture all_levels(Picture picture) {
  LevelledPicture levelled(std::move(picture), {});
  levelled.make_levels(99);
  return levelled;
}

std::vector<float> render(const StoredPicture& picture, const View& view, const Target& target) {
  std::vector<float> out(static_cast<std::size_t>(target.size * target.size * 3));
  fused_pass(picture, view, target, out);
  return out;
}

/// In levels.
double largest_difference(const StoredPicture& picture, const View& view, const Target& target) {
  const std::vector<double> expected = test::slow_fused_pass(picture, view, target);
  const std::vector<float> found = render(picture, view, target);
  double largest = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    largest = std::max(largest, std::abs(double(found[i]) - expected[i]) / double(target.scale[i % 3]));
  }
  return largest;
}

/// Draws views as augmentations might leave them, and further ones.
class ViewDrawer {
 public:
  explicit ViewDrawer(std::uint32_t seed) : engine_(seed) {}

  double between(double low, double high) { return std::uniform_real_distribution<double>(low, high)(engine_); }
  bool chance(double probability) { return between(0, 1) < probability; }

  View geometry(double width, double height) {
    View view(width, height);
    if (chance(0.3)) view.rotate(between(0, 360));
    view.crop(between(-0.5, 0.5) * width, between(-0.5, 0.5) * height, between(0.05, 1.6) * width,
              between(0.05, 1.6) * height);
    if (chance(0.5)) view.transpose();
    if (chance(0.5)) view.flip_horizontal();
    if (chance(0.7)) view.rotate(between(-45, 45));
    if (chance(0.3)) view.warp({between(0.5, 2), between(-1, 1), 0, between(-1, 1), between(0.5, 2), between(-9, 9)});
    return view;
  }

  void cut(View& view) {
    if (chance(0.5)) view.clip();
    view.rotate(between(-30, 30));
    if (chance(0.5)) view.clip();
    if (chance(0.5)) view.set_fill({between(0, 255), 300, -20});
    const auto hole = [&](const std::optional<Levels>& colour) {
      view.cut_out(between(0, 0.8) * view.width(), between(0, 0.8) * view.height(), between(0, 0.5) * view.width(),
                   between(0, 0.5) * view.height(), colour);
    };
    if (chance(0.5)) hole({});
    if (chance(0.5)) hole(Levels{1, 2, 200});
    if (chance(0.5)) view.rotate(between(-30, 30));
  }

  void recolour(View& view) {
    const auto near_one = [&] { return between(0.7, 1.3); };
    const auto small = [&] { return between(-0.2, 0.2); };
    const ColourMatrix mixing{
        {near_one(), small(), small(), small(), near_one(), small(), small(), small(), near_one()},
        {between(-20, 20), 0, between(-20, 20)}};
    const ColourMatrix densities{mixing.matrix, {small(), small(), small()}};
    const std::array<ColourStage, 4> stages{mixing, Gamma{between(0.6, 1.6)}, HueTurn{between(-2, 2)},
                                            DensityMatrix{densities}};
    for (int i = 0; i < 3; ++i) view.add(stages[static_cast<std::size_t>(between(0, 3.999))]);
  }

 private:
  std::mt19937 engine_;
};

/// Tiny, narrow, odd; rows longer than a vector and than a walk.
const std::vector<std::pair<int, int>> kSizes{{1, 1}, {1, 8}, {2, 2}, {5, 3}, {4, 4}, {33, 47}, {64, 31}, {391, 290}};

void expect_agreement(double levels, const std::function<void(ViewDrawer&, View&)>& edit) {
  for (const auto& [width, height] : kSizes) {
    const LevelledPicture picture = all_levels(test::noise_picture(width, height, 11));
    ViewDrawer draw(7);
    for (int i = 0; i < 12; ++i) {
      View view = draw.geometry(width, height);
      edit(draw, view);
      for (const Interpolation interpolation : kInterpolations) {
        for (const std::int64_t size : {1, 13, 50}) {
          EXPECT_LT(largest_difference(picture.stored(), view, {.size = size, .interpolation = interpolation}), levels)
              << width << " x " << height << ", view " << i << " at " << size
              << (interpolation == Interpolation::bicubic ? ", bicubic" : ", bilinear");
        }
      }
    }
  }
}

class FusedPass : public testing::TestWithParam<std::int64_t> {
  const test::OnlyInstructionSet only_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(OnEach, FusedPass, testing::ValuesIn(test::instruction_sets()), test::instruction_set_name);

TEST_P(FusedPass, AgreesWithTheReferenceForRandomViews) {
  // A share of the coarser level below 1/1024 isn't looked at, which is up to a quarter of a level.
  expect_agreement(0.26, [](ViewDrawer&, View&) {});
}

TEST_P(FusedPass, AgreesWithTheReferenceForClipsHolesAndFills) {
  expect_agreement(0.3, [](ViewDrawer& draw, View& view) { draw.cut(view); });
}

TEST_P(FusedPass, AgreesWithTheReferenceForColours) {
  expect_agreement(1, [](ViewDrawer& draw, View& view) { draw.recolour(view); });
}

TEST_P(FusedPass, AgreesWithTheReferenceForBlurAndNoise) {
  expect_agreement(0.3, [](ViewDrawer& draw, View& view) {
    if (draw.chance(0.7)) view.blur(draw.between(0.1, 6));
    if (draw.chance(0.7)) view.add_noise(draw.between(1, 40), 0x123456789ABCDEFU);
  });
}

TEST_P(FusedPass, AgreesWithTheReferenceForAllAtOnce) {
  expect_agreement(1, [](ViewDrawer& draw, View& view) {
    draw.cut(view);
    draw.recolour(view);
    view.blur(1.5);
    view.add_noise(10, 3);
  });
}

TEST_P(FusedPass, AgreesWithTheReferenceForPicturesThatAreStoredSmaller) {
  const LevelledPicture picture = all_levels(test::noise_picture(60, 40, 2));
  StoredPicture stored = picture.stored();
  stored.width = 601;
  stored.height = 397;
  ViewDrawer draw(3);
  for (int i = 0; i < 30; ++i) EXPECT_LT(largest_difference(stored, draw.geometry(601, 397), {.size = 31}), 0.3) << i;
}

TEST_P(FusedPass, AgreesWithTheReferenceForABigPicture) {
  const LevelledPicture picture = all_levels(test::noise_picture(6011, 4003, 2));
  ViewDrawer draw(5);
  for (int i = 0; i < 4; ++i) {
    EXPECT_LT(largest_difference(picture.stored(), draw.geometry(6011, 4003), {.size = 300}), 0.3) << i;
  }
}

TEST_P(FusedPass, NormalisesAfterClamping) {
  const LevelledPicture picture = all_levels(test::noise_picture(20, 20, 2));
  View view(20, 20);
  view.add(ColourMatrix{{2, 0, 0, 0, 2, 0, 0, 0, 2}, {-100, -100, -100}});
  const Target target{.size = 20, .scale = {0.01F, 0.02F, 0.03F}, .offset = {-1, -2, 3}};
  EXPECT_LT(largest_difference(picture.stored(), view, target), 0.1);
  const std::vector<float> found = render(picture.stored(), view, target);
  for (std::size_t i = 0; i < found.size(); i += 3) {
    ASSERT_GE(found[i], -1.0F);
    ASSERT_LE(found[i], 1.5501F);
  }
}

TEST_P(FusedPass, WritesBfloat16RoundedToTheNearestEven) {
  const LevelledPicture picture = all_levels(test::noise_picture(45, 37, 2));
  ViewDrawer draw(5);
  for (const std::int64_t size : {1, 7, 16, 33}) {
    const View view = draw.geometry(45, 37);
    const Target target{.size = size, .scale = {0.017F, 0.0175F, 0.0174F}, .offset = {-2.1F, -2, -1.8F}};
    const std::vector<float> exact = render(picture.stored(), view, target);
    std::vector<std::uint16_t> found(exact.size());
    fused_pass(picture.stored(), view, target, std::span(found));
    for (std::size_t i = 0; i < exact.size(); ++i) {
      // Eight bits of precision: the multiple of a 128th of the leading power of two that is nearest, ties to even.
      const double unit = exact[i] == 0 ? 1 : std::exp2(std::floor(std::log2(std::abs(exact[i]))) - 7);
      const float nearest = static_cast<float>(std::nearbyint(double(exact[i]) / unit) * unit);
      ASSERT_EQ(std::bit_cast<float>(std::uint32_t{found[i]} << 16), nearest) << exact[i];
    }
  }
}

TEST_P(FusedPass, WritesTheSameFromEachThreadAndNothingBehind) {
  const LevelledPicture picture = all_levels(test::noise_picture(90, 70, 2));
  View view(90, 70);
  view.rotate(20);
  view.blur(1);
  const Target target{.size = 37};
  const std::vector<float> expected = render(picture.stored(), view, target);
  std::vector<float> found(expected.size() + 8, -7.0F);
  std::thread([&] { fused_pass(picture.stored(), view, target, std::span(found).first(expected.size())); }).join();
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), found.begin()));
  for (std::size_t i = expected.size(); i < found.size(); ++i) EXPECT_EQ(found[i], -7.0F);
}

TEST_P(FusedPass, OfTheWholePictureAtItsOwnSizeIsThePicture) {
  const Picture picture = test::noise_picture(24, 24, 3);
  const std::vector<float> out = render(all_levels(picture).stored(), View(24, 24), {.size = 24});
  for (std::size_t i = 0; i < out.size(); ++i) ASSERT_NEAR(out[i], picture.rgb[i], 1e-3);
}

TEST_P(FusedPass, AtHalfSizeIsTheMeanOfFourPixels) {
  const Picture picture = test::noise_picture(24, 24, 3);
  const std::vector<float> out = render(all_levels(picture).stored(), View(24, 24), {.size = 12});
  const auto at = [&](std::int64_t x, std::int64_t y) { return double{1} * picture.row(y)[3 * x]; };
  EXPECT_NEAR(out[0], (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) / 4, 0.5);
  EXPECT_NEAR(out[3 * (12 * 5 + 7)], (at(14, 10) + at(15, 10) + at(14, 11) + at(15, 11)) / 4, 0.5);
}

TEST_P(FusedPass, FarOutsideThePictureShowsTheFill) {
  const Picture picture = test::noise_picture(10, 10, 3);
  View view(10, 10);
  view.crop(1e6, -1e7, 10, 10);
  const std::vector<float> out = render(all_levels(picture).stored(), view, {.size = 4});
  for (std::size_t i = 0; i < out.size(); ++i) ASSERT_EQ(out[i], median_of_border(picture)[i % 3]);
}

TEST_P(FusedPass, OfAnEnormousFrameAgreesWithTheReferenceAndDoesNotTakeLong) {
  const LevelledPicture picture = all_levels(test::noise_picture(10, 10, 3));
  for (const double side : {1e4, 1e9, 3e12}) {
    View view(10, 10);
    view.crop(-side / 3, -side / 3, side, side);
    EXPECT_LT(largest_difference(picture.stored(), view, {.size = 5}), 0.3) << side;
  }
}

TEST_P(FusedPass, OfAFrameWithoutAreaShowsOnePlace) {
  const LevelledPicture picture = all_levels(test::noise_picture(10, 10, 3));
  View view(10, 10);
  view.cut_out(2, 2, 0, 4);  // hides nothing
  view.warp({0, 0, 4, 0, 0, 4});
  EXPECT_LT(largest_difference(picture.stored(), view, {.size = 20}), 0.01);
}

TEST_P(FusedPass, OfExtremeColoursIsDefined) {
  const ColourMatrix five_times{{5, 0, 0, 0, 5, 0, 0, 0, 5}, {}};
  const ColourMatrix saturated{{1.35, -0.29, -0.06, -0.15, 1.21, -0.06, -0.15, -0.29, 1.44}, {}};  // rows add up to 1
  const DensityMatrix lit{{{1, 0, 0, 0, 1, 0, 0, 0, 1}, {-200, -200, -200}}};
  const auto made = [&](const std::array<std::uint8_t, 3>& rgb, const std::vector<ColourStage>& stages) {
    Picture picture{4, 4, {}};
    for (int i = 0; i < 16; ++i) picture.rgb.insert(picture.rgb.end(), rgb.begin(), rgb.end());
    View view(4, 4);
    for (const ColourStage& stage : stages) view.add(stage);
    const std::vector<float> out = render(all_levels(std::move(picture)).stored(), view, {.size = 4});
    return std::array{out[45], out[46], out[47]};
  };
  // The brightest that there is in each channel stays white under saturation, and in one channel alone is its colour.
  EXPECT_EQ(made({60, 70, 200}, {five_times, Gamma{20}, Gamma{20}, saturated}), (std::array{255.F, 255.F, 255.F}));
  EXPECT_EQ(made({10, 10, 200}, {five_times, Gamma{20}, Gamma{20}, saturated}), (std::array{0.F, 0.F, 255.F}));
  EXPECT_EQ(made({60, 70, 200}, {lit, five_times, Gamma{20}, saturated}), (std::array{255.F, 255.F, 255.F}));
}

TEST_P(FusedPass, OfABlurTooSmallToSquareIsThePicture) {
  const LevelledPicture picture = all_levels(test::noise_picture(8, 8, 3));
  View view(8, 8);
  view.blur(1e-200);
  EXPECT_EQ(render(picture.stored(), view, {.size = 8}), render(picture.stored(), View(8, 8), {.size = 8}));
}

TEST_P(FusedPass, OfAWideBlurIsTheMeanOfTheEnds) {
  const LevelledPicture picture = all_levels(test::noise_picture(8, 8, 3));
  View view(8, 8);
  view.blur(1e9);
  const std::vector<float> out = render(picture.stored(), view, {.size = 8});
  const auto red = [&](std::int64_t x, std::int64_t y) { return double(picture.stored().levels[0].row(y)[3 * x]); };
  EXPECT_NEAR(out[0], (red(0, 0) + red(7, 0) + red(0, 7) + red(7, 7)) / 4, 1);
}

/// Pixels that end, with the bytes that may be read behind them, where reading on is a crash; or begin there.
class GuardedPixels {
 public:
  enum class Guard : std::uint8_t { before, behind };

  GuardedPixels(const Picture& picture, Guard guard) : width_(picture.width), height_(picture.height) {
    const std::size_t bytes = picture.rgb.size() + static_cast<std::size_t>(kLevelSlack);
    const std::size_t room = (bytes + kPage - 1) / kPage * kPage;
    size_ = room + 2 * kPage;
    memory_ =
        static_cast<std::uint8_t*>(::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    pixels_ = memory_ + kPage + (guard == Guard::behind ? room - bytes : 0);
    std::copy(picture.rgb.begin(), picture.rgb.end(), pixels_);
    ::mprotect(memory_, kPage, PROT_NONE);
    ::mprotect(memory_ + kPage + room, kPage, PROT_NONE);
  }
  ~GuardedPixels() { ::munmap(memory_, size_); }
  GuardedPixels(const GuardedPixels&) = delete;
  GuardedPixels& operator=(const GuardedPixels&) = delete;

  StoredLevel level() const { return {pixels_, width_, height_}; }

 private:
  static constexpr std::size_t kPage = 4096;
  std::int64_t width_;
  std::int64_t height_;
  std::size_t size_ = 0;
  std::uint8_t* memory_ = nullptr;
  std::uint8_t* pixels_ = nullptr;
};

TEST_P(FusedPass, ReadsNothingBeforeOrBehindThePicture) {
  for (const auto& [width, height] : kSizes) {
    for (const auto guard : {GuardedPixels::Guard::before, GuardedPixels::Guard::behind}) {
      const GuardedPixels pixels(test::noise_picture(width, height, 11), guard);
      const std::array levels{pixels.level()};
      StoredPicture stored;
      stored.width = width;
      stored.height = height;
      stored.levels = levels;
      // Rows that lead to an edge from all sides, from all over the picture, end with some lanes of a vector to spare.
      for (const double degrees : {0, 90, 180, 270, 33}) {
        for (const double margin : {0.0, 0.13, -0.4}) {
          View view(width, height);
          view.crop(margin * width, margin * height, (1 - 2 * margin) * width, (1 - 2 * margin) * height);
          view.rotate(degrees);
          const std::int64_t size = 2 * std::max(width, height) + 5;
          ASSERT_EQ(levels_needed(stored, view, size), 1);
          for (const Interpolation interpolation : kInterpolations) {
            render(stored, view, {.size = size, .interpolation = interpolation});
          }
        }
      }
    }
  }
}

// ---- the reference itself, against the plane that its levels stand for ----

/// The endless plane: the picture, and fill around it.
double plane(const Picture& picture, const Rgb& fill, std::int64_t x, std::int64_t y, std::size_t c) {
  const bool inside = x >= 0 && y >= 0 && x < picture.width && y < picture.height;
  return inside ? picture.row(y)[3 * x + static_cast<std::int64_t>(c)] : fill[c];
}

/// Mean of a cell of 2^level pixels on a side.
double cell(const Picture& picture, const Rgb& fill, int level, std::int64_t i, std::int64_t j, std::size_t c) {
  const std::int64_t side = std::int64_t{1} << level;
  double sum = 0;
  for (std::int64_t y = j * side; y < (j + 1) * side; ++y) {
    for (std::int64_t x = i * side; x < (i + 1) * side; ++x) sum += plane(picture, fill, x, y, c);
  }
  return sum / static_cast<double>(side * side);
}

double bilinear(const Picture& picture, const Rgb& fill, int level, double x, double y, std::size_t c) {
  const double u = x / static_cast<double>(1 << level) - 0.5;
  const double v = y / static_cast<double>(1 << level) - 0.5;
  const auto i = static_cast<std::int64_t>(std::floor(u));
  const auto j = static_cast<std::int64_t>(std::floor(v));
  const auto at = [&](std::int64_t dx, std::int64_t dy) { return cell(picture, fill, level, i + dx, j + dy, c); };
  const double above = std::lerp(at(0, 0), at(1, 0), u - std::floor(u));
  const double below = std::lerp(at(0, 1), at(1, 1), u - std::floor(u));
  return std::lerp(above, below, v - std::floor(v));
}

TEST(SlowReference, AgreesWithTheEndlessPlane) {
  constexpr std::int64_t kSize = 13;
  for (const auto& [width, height] : {std::pair{1, 1}, {1, 8}, {5, 3}, {33, 47}, {64, 31}}) {
    const Picture picture = test::noise_picture(width, height, 11);
    const Rgb fill = median_of_border(picture);
    ViewDrawer draw(9);
    for (int n = 0; n < 8; ++n) {
      const View view = draw.geometry(width, height);
      const std::vector<double> found = test::slow_fused_pass(all_levels(picture).stored(), view, {.size = kSize});
      const Affine map = view.to_source().after(Affine::scaling(view.width() / kSize, view.height() / kSize));
      const double coarsest = std::ceil(std::log2(std::max(width, height)));
      const double level = std::clamp(std::log2(largest_scale(map)), 0.0, coarsest);
      const int fine = static_cast<int>(level);
      for (std::int64_t i = 0; i < 3 * kSize * kSize; ++i) {
        const double x = static_cast<double>(i / 3 % kSize) + 0.5;
        const double y = static_cast<double>(i / 3 / kSize) + 0.5;
        const double u = map.xx * x + map.xy * y + map.x0;
        const double v = map.yx * x + map.yy * y + map.y0;
        const auto c = static_cast<std::size_t>(i % 3);
        const double expected =
            std::lerp(bilinear(picture, fill, fine, u, v, c), bilinear(picture, fill, fine + 1, u, v, c), level - fine);
        // Levels are stored in 8 bits.
        ASSERT_NEAR(found[static_cast<std::size_t>(i)], expected, 0.6) << width << " x " << height << ", view " << n;
      }
    }
  }
}

TEST(LargestScale, IsTheLargerSingularValue) {
  EXPECT_DOUBLE_EQ(largest_scale({3, 0, 9, 0, 2, 9}), 3);
  EXPECT_DOUBLE_EQ(largest_scale({0, 0, 0, 0, 0, 0}), 0);
  // numpy.linalg.svd([[1, 2], [3, 4]])[1][0]
  EXPECT_NEAR(largest_scale({1, 2, 0, 3, 4, 0}), 5.464985704219043, 1e-12);
  EXPECT_NEAR(largest_scale(Affine::rotation(33)), 1, 1e-7);
}

}  // namespace
}  // namespace assay::data
