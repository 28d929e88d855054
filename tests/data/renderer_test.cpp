// From a sample to the network's input: preprocessing, streams of random numbers, and errors that name their culprit.
#include "assay/data/renderer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <set>
#include <stdexcept>

#include "assay/error.h"
#include "data/temporary_folder.h"
#include "data/test_images.h"

namespace assay {
namespace {

using test::TemporaryFolder;

const InputSpec kLevels{8, {0, 0, 0}, {1 / 255.0F, 1 / 255.0F, 1 / 255.0F}, Interpolation::bilinear, 1};

/// An augmentation made of a function.
class Custom : public Augmentation {
 public:
  explicit Custom(std::function<void(View&, Random&)> edit) : edit_(std::move(edit)) {}
  void sample(View& view, Random& random) const override { edit_(view, random); }

 private:
  std::function<void(View&, Random&)> edit_;
};

Renderer make_renderer(std::vector<std::function<void(View&, Random&)>> edits, InputSpec input = kLevels) {
  Renderer::Options options;
  options.seed = 20;
  options.input = input;
  std::vector<std::shared_ptr<Augmentation>> plugins;
  for (auto& edit : edits) plugins.push_back(std::make_shared<Custom>(std::move(edit)));
  options.augmentations = AugmentationChain(std::move(plugins));
  return Renderer(options);
}

Sample sample_of(const std::filesystem::path& file) {
  Sample sample;
  sample.path = file;
  sample.name = "hem/cell.png";
  return sample;
}

std::vector<float> render(const Renderer& renderer, const Sample& sample, const Request& request) {
  std::vector<float> out(static_cast<std::size_t>(renderer.size() * renderer.size() * 3));
  renderer.render(sample, request, out);
  return out;
}

std::string failure(const Renderer& renderer, const Sample& sample) {
  try {
    render(renderer, sample, {5, true, 3, 1});
  } catch (const Failure& problem) {
    return problem.what();
  }
  return "nothing failed";
}

TEST(Renderer, NormalisesByTheMeanAndStandardDeviationOfTheWeights) {
  const TemporaryFolder folder;
  const Sample sample = sample_of(folder.write("x.png", test::encode(test::flat_picture(5, 5, {255, 102, 0}), ".png")));
  const Renderer renderer = make_renderer({}, InputSpec{});
  const std::vector<float> out = render(renderer, sample, {});
  ASSERT_EQ(out.size(), 224U * 224U * 3U);
  // (1 - 0.485) / 0.229, (0.4 - 0.456) / 0.224, (0 - 0.406) / 0.225
  EXPECT_NEAR(out[0], 2.248908, 1e-5);
  EXPECT_NEAR(out[1], -0.25, 1e-5);
  EXPECT_NEAR(out[2], -1.804444, 1e-5);
}

TEST(Renderer, GivesThePlainPictureWithoutAugmentations) {
  const TemporaryFolder folder;
  const Sample sample = sample_of(folder.write("x.png", test::encode(test::noise_picture(31, 17, 1), ".png")));
  const Renderer renderer = make_renderer({});
  EXPECT_EQ(render(renderer, sample, {0, true, 4, 0}), render(renderer, sample, {0, false, 0, 0}));
}

TEST(Renderer, AppliesAugmentationsInOrderToTheFixedCrop) {
  const TemporaryFolder folder;
  const data::Picture picture = test::noise_picture(24, 24, 1);
  const Sample sample = sample_of(folder.write("x.png", test::encode(picture, ".png")));
  Renderer::Options options;
  options.input = kLevels;
  options.preprocessing.crop = FixedCropOptions{};
  options.preprocessing.crop->center = 16;
  options.augmentations =
      AugmentationChain({std::make_shared<Custom>([](View& view, Random&) {
                           EXPECT_EQ(view.width(), 16);
                           view.crop(0, 0, 8, 8);
                         }),
                         std::make_shared<Custom>([](View& view, Random&) { view.flip_horizontal(); })});
  const std::vector<float> out = render(Renderer(options), sample, {0, true, 0, 0});
  // The fixed crop begins at (4, 4); its first eight columns are mirrored.
  for (std::int64_t y = 0; y < 8; ++y) {
    for (std::int64_t x = 0; x < 8; ++x) {
      ASSERT_NEAR(out[static_cast<std::size_t>((y * 8 + x) * 3)], picture.row(4 + y)[3 * (4 + 7 - x)], 1e-2);
    }
  }
}

TEST(Renderer, FillsWithTheBordersMedianOutsideThePicture) {
  const TemporaryFolder folder;
  const Sample sample =
      sample_of(folder.write("x.png", test::encode(test::flat_picture(9, 9, {200, 150, 100}), ".png")));
  const std::vector<float> out =
      render(make_renderer({[](View& view, Random&) { view.crop(-50, -50, 9, 9); }}), sample, {0, true, 0, 0});
  EXPECT_NEAR(out[0], 200, 1e-3);
  EXPECT_NEAR(out[1], 150, 1e-3);
  EXPECT_NEAR(out[2], 100, 1e-3);
}

TEST(Renderer, GivesEveryOperationAStreamOfItsOwn) {
  const TemporaryFolder folder;
  const Sample sample = sample_of(folder.write("x.png", test::small_image(1)));
  std::set<std::uint32_t> numbers;
  const auto draw = [&](View&, Random& random) { numbers.insert(random()); };
  const Renderer renderer = make_renderer({draw, draw});
  for (const std::int64_t index : {0, 1}) {
    for (const std::uint32_t epoch : {0U, 1U}) {
      for (const std::uint16_t repetition : {std::uint16_t{0}, std::uint16_t{1}})
        render(renderer, sample, {index, true, epoch, repetition});
    }
  }
  EXPECT_EQ(numbers.size(), 16U);
  const std::set<std::uint32_t> before = numbers;
  render(renderer, sample, {1, true, 1, 0});
  EXPECT_EQ(numbers, before);  // the same request draws the same numbers

  Random expected(StreamName{20, 1, 1, 0, 1});
  EXPECT_TRUE(numbers.contains(expected()));
}

TEST(Renderer, NamesTheAugmentationAndTheSampleOfAnError) {
  const TemporaryFolder folder;
  const Sample sample = sample_of(folder.write("x.png", test::small_image(1)));
  EXPECT_EQ(failure(make_renderer({[](View&, Random&) { throw std::runtime_error("out of ideas"); }}), sample),
            "augmentation 'without a plugin' failed in its stage 'sample' on hem/cell.png (epoch 3, draw 1): out of "
            "ideas");
  EXPECT_EQ(failure(make_renderer({[](View&, Random&) { throw 7; }}), sample),
            "augmentation 'without a plugin' failed in its stage 'sample' on hem/cell.png (epoch 3, draw 1): it threw "
            "something that is no std::exception");
}

TEST(Renderer, RefusesViewsThatAreEmptyOrNotFinite) {
  const TemporaryFolder folder;
  const Sample sample = sample_of(folder.write("x.png", test::small_image(1)));
  const double nan = std::nan("");
  const double infinity = std::numeric_limits<double>::infinity();
  for (const auto& edit : std::vector<std::function<void(View&, Random&)>>{
           [nan](View&view, Random&) { view.rotate(nan); },
           [infinity](View&view, Random&) { view.crop(0, infinity, 1, 1); },
           [](View&view, Random&) { view.crop(0, 0, 0, 5); }, [](View&view, Random&) { view.crop(0, 0, 5, -1); }}) {
    const std::string text = failure(make_renderer({edit}), sample);
    EXPECT_NE(text.find("failed in its stage 'sample' on hem/cell.png"), std::string::npos) << text;
    EXPECT_NE(text.find("not finite"), std::string::npos) << text;
  }
}

TEST(Renderer, NamesAFileThatChangedOrVanished) {
  const TemporaryFolder folder;
  const auto file = folder.write("x.png", test::small_image(1).substr(0, 50));
  const Renderer renderer = make_renderer({});
  EXPECT_NE(failure(renderer, sample_of(file)).find("x.png is truncated"), std::string::npos);
  std::filesystem::remove(file);
  EXPECT_NE(failure(renderer, sample_of(file)).find("x.png can't be read: No such file"), std::string::npos);
}

TEST(MeasureCrop, FindsTheSideThatTheLargestForegroundOfTheTrainingSplitNeeds) {
  const TemporaryFolder folder;
  Dataset dataset;
  // Squares of 10, 20 and 30 pixels on black; the largest one is not for training.
  for (const std::int64_t side : {10, 20, 30}) {
    data::Picture picture = test::flat_picture(50, 50, {0, 0, 0});
    for (std::int64_t y = 5; y < 5 + side; ++y) std::fill_n(picture.row(y) + 15, 3 * side, std::uint8_t{200});
    dataset.samples.push_back(sample_of(folder.write(std::to_string(side) + ".png", test::encode(picture, ".png"))));
  }
  dataset.samples.back().split = Split::test;
  PreprocessingOptions options;
  options.crop = FixedCropOptions{};
  options.crop->foreground = true;
  options.crop->margin = 0.1;
  EXPECT_FALSE(measure_crop(options, dataset, {}, 1e6).crop->side);  // each picture has its own
  options.crop->keep_scale = true;
  Renderer::Options unmeasured;
  unmeasured.preprocessing = options;
  EXPECT_THROW(Renderer{unmeasured}, InvalidInput);
  EXPECT_EQ(measure_crop(options, dataset, {}, 1e6).crop->side, 24.0);  // 20 and a tenth of it on both sides
  options.crop->side = 40;
  EXPECT_EQ(measure_crop(options, dataset, {}, 1e6).crop->side, 40.0);
}

TEST(ResolveInput, TakesWhatTheExperimentLeavesOpenFromTheWeights) {
  const InputSpec expected{240, {0.1F, 0.2F, 0.3F}, {0.5F, 0.5F, 0.5F}, Interpolation::bicubic, 0.882};
  PreprocessingOptions options;
  EXPECT_EQ(resolve_input(options, expected).size, 240);
  EXPECT_EQ(resolve_input(options, expected).interpolation, Interpolation::bicubic);
  options.size = 96;
  options.mean = {0.0, 0.5, 1.0};
  options.interpolation = "bilinear";
  const InputSpec input = resolve_input(options, expected);
  EXPECT_EQ(input.size, 96);
  EXPECT_EQ(input.mean, (std::array<float, 3>{0.0F, 0.5F, 1.0F}));
  EXPECT_EQ(input.std, expected.std);
  EXPECT_EQ(input.interpolation, Interpolation::bilinear);
}

TEST(ResolveInput, RefusesListsOfAnotherLengthAndAZeroStandardDeviation) {
  PreprocessingOptions options;
  options.mean = {0.5};
  EXPECT_THROW(resolve_input(options, {}), InvalidInput);
  options.mean.reset();
  options.std = {0.5, 0.0, 0.5};
  EXPECT_THROW(resolve_input(options, {}), InvalidInput);
}

}  // namespace
}  // namespace assay
