// Which augmentations a picture gets: probabilities, groups, streams, and what a faulty one is told for.
#include "assay/data/augmentation_chain.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <limits>

#include "assay/built_plugin.h"
#include "assay/error.h"
#include "assay/toml_file.h"

namespace assay {
namespace {

/// A plugin's checked options, as an experiment has them.
Node options_of(const PluginCatalog& catalog, const std::string& plugin, const std::string& text) {
  std::vector<Problem> problems;
  Node options = check_table(catalog.find("augmentation", plugin)->fields, parse_toml(text, "test"), "", "", problems);
  EXPECT_TRUE(problems.empty()) << text;
  return options;
}

const PluginCatalog& catalog() {
  static const PluginCatalog built({ASSAY_PLUGIN_DIR});
  return built;
}

/// What the three flips do to a view of 10 x 10 tells them apart.
const std::string kLeftRight = "horizontal = 1\nvertical = 0\ntranspose = 0\n";
const std::string kTopBottom = "horizontal = 0\nvertical = 1\ntranspose = 0\n";

AugmentationEntry entry(const std::string& plugin, const std::string& options, double probability = 1) {
  AugmentationEntry made;
  made.plugin = plugin;
  made.options = options_of(catalog(), plugin, options);
  made.probability = probability;
  return made;
}

AugmentationChoice choice(const std::string& plugin, const std::string& options, double probability = 1) {
  AugmentationChoice made;
  made.plugin = plugin;
  made.options = options_of(catalog(), plugin, options);
  made.probability = probability;
  return made;
}

AugmentationEntry group(std::vector<AugmentationChoice> choices, double probability = 1) {
  AugmentationEntry made;
  made.one_of = std::move(choices);
  made.probability = probability;
  return made;
}

AugmentationChain chain_of(const std::vector<AugmentationEntry>& entries) {
  return AugmentationChain(catalog(), entries);
}

View view_of(const AugmentationChain& chain, const StreamName& name) {
  View view(10, 10);
  chain.sample(view, name, "hem/cell.png");
  return view;
}

/// How many of count samples get each: not changed, left and right exchanged, top and bottom exchanged, both.
std::array<int, 4> count_flips(const AugmentationChain& chain, std::uint32_t count) {
  std::array<int, 4> counts{};
  for (std::uint32_t sample = 0; sample < count; ++sample) {
    const Affine map = view_of(chain, {.seed = 20, .sample = sample}).to_source();
    ++counts[(map.xx < 0 ? 1U : 0U) + (map.yy < 0 ? 2U : 0U)];
  }
  return counts;
}

TEST(AugmentationChain, GivesAnEntryToItsShareOfThePictures) {
  const auto counts = count_flips(chain_of({entry("flip", kLeftRight, 0.3)}), 10'000);
  EXPECT_NEAR(counts[1], 3000, 230);  // binomial: standard deviation 45.8; five of those
  EXPECT_EQ(counts[0] + counts[1], 10'000);
}

TEST(AugmentationChain, NeverGivesWhatHasProbabilityZeroAndAlwaysWhatHasOne) {
  EXPECT_EQ(count_flips(chain_of({entry("flip", kLeftRight, 0)}), 1000)[0], 1000);
  EXPECT_EQ(count_flips(chain_of({entry("flip", kLeftRight, 1)}), 1000)[1], 1000);
}

TEST(AugmentationChain, GivesOneOfAGroupInProportion) {
  const auto counts = count_flips(
      chain_of({group({choice("flip", kLeftRight, 1), choice("grey", "", 0), choice("flip", kTopBottom, 0.25)}, 0.5)}),
      10'000);
  EXPECT_NEAR(counts[0], 5000, 250);  // binomial: five standard deviations of 50
  EXPECT_NEAR(counts[1], 4000, 245);  // one half of four fifths
  EXPECT_NEAR(counts[2], 1000, 150);
  EXPECT_EQ(counts[3], 0) << "two of one group";
}

TEST(AugmentationChain, NeverChoosesAnAlternativeOfProbabilityZero) {
  for (const bool first : {true, false}) {
    const auto chain =
        chain_of({group({choice("flip", kLeftRight, first ? 0 : 1), choice("flip", kTopBottom, first ? 1 : 0)})});
    EXPECT_EQ(count_flips(chain, 2000)[first ? 2 : 1], 2000);
  }
}

TEST(AugmentationChain, RefusesAGroupOfWhichOnlySomeMixPictures) {
  const auto made = [] { chain_of({group({choice("mixup", ""), choice("flip", kLeftRight)})}); };
  EXPECT_THROW(made(), InvalidInput);
  EXPECT_NO_THROW(chain_of({group({choice("mixup", ""), choice("cutmix", "")})}));
}

TEST(AugmentationChain, DrawsEntriesIndependently) {
  const auto counts = count_flips(chain_of({entry("flip", kLeftRight, 0.5), entry("flip", kTopBottom, 0.5)}), 10'000);
  for (const int count : counts) EXPECT_NEAR(count, 2500, 217);  // five standard deviations of 43.3
}

TEST(AugmentationChain, LeavesWhatAPluginDrawsFreeOfWhetherItTakesPart) {
  // Were both drawn from one stream, those that take part would all be turned to the same side.
  const auto chain = chain_of({entry("rotate", "max_degrees = 45", 0.5)});
  int turned = 0;
  int left = 0;
  for (std::uint32_t sample = 0; sample < 2000; ++sample) {
    const double sine = view_of(chain, {.seed = 20, .sample = sample}).to_source().xy;
    turned += sine != 0 ? 1 : 0;
    left += sine > 0 ? 1 : 0;
  }
  EXPECT_NEAR(turned, 1000, 112);  // five standard deviations
  EXPECT_NEAR(left, turned / 2, 80);
}

TEST(AugmentationChain, DrawsTheSameForTheSameNameAndAnewForEveryOther) {
  const auto chain = chain_of({entry("flip", kLeftRight, 0.5), group({choice("rotate", ""), choice("crop", "")})});
  int same = 0;
  for (std::uint32_t sample = 0; sample < 200; ++sample) {
    const auto xx = [&](const StreamName& name) { return view_of(chain, name).to_source().xx; };
    const double first = xx({20, 3, sample, 1, 0});
    EXPECT_EQ(first, xx({20, 3, sample, 1, 0}));
    same += first == xx({20, 4, sample, 1, 0}) || first == xx({20, 3, sample, 0, 0}) ? 1 : 0;
  }
  EXPECT_LT(same, 150);  // crops leave xx at 1 or -1: equal by chance
}

TEST(AugmentationChain, LeavesOtherEntriesDrawsAloneWhenAProbabilityChanges) {
  const auto turns = [](double probability, double weight) {
    const auto chain =
        chain_of({entry("grey", "", probability), group({choice("blur", "", weight), choice("noise", "", 1 - weight)}),
                  entry("rotate", "")});
    std::vector<double> angles;
    for (std::uint32_t sample = 0; sample < 50; ++sample) {
      angles.push_back(view_of(chain, {.seed = 20, .sample = sample}).to_source().xx);
    }
    return angles;
  };
  EXPECT_EQ(turns(1, 1), turns(0.3, 0.5));
  EXPECT_EQ(turns(1, 1), turns(0, 0));
}

/// An augmentation made of functions.
class Custom : public Augmentation {
 public:
  std::function<void(View&, Random&)> edit = [](View&, Random&) {};
  std::function<void(const Pixels&, Random&)> paint;
  std::function<void(std::span<Mix>, Random&)> mix;

  void sample(View& view, Random& random) const override { edit(view, random); }
  bool has_pixels() const override { return static_cast<bool>(paint); }
  void apply(const Pixels& pixels, Random& random) const override { paint(pixels, random); }
  bool has_pairs() const override { return static_cast<bool>(mix); }
  void pair(std::span<Mix> batch, Random& random) const override { mix(batch, random); }
};

AugmentationChain chain_with(const Custom& custom) { return AugmentationChain({std::make_shared<Custom>(custom)}); }

template <class Act>
std::string failure_of(const Act& act) {
  try {
    act();
  } catch (const Failure& problem) {
    return problem.what();
  }
  return "nothing failed";
}

std::string failure_of_view(std::function<void(View&, Random&)> edit) {
  Custom custom;
  custom.edit = std::move(edit);
  return failure_of([&] { view_of(chain_with(custom), {.epoch = 3, .draw = 1}); });
}

TEST(AugmentationChain, RefusesViewsThatCanNotBeRendered) {
  const double nan = std::nan("");
  const std::string who =
      "augmentation 'without a plugin' failed in its stage 'sample' on hem/cell.png (epoch 3, draw 1): its view ";
  const std::string not_finite = who + "is empty or holds a number that is not finite";
  EXPECT_EQ(failure_of_view([&](View& view, Random&) { view.add(ColourMatrix{{}, {0, nan, 0}}); }), not_finite);
  EXPECT_EQ(failure_of_view([&](View& view, Random&) { view.add(HueTurn{nan}); }), not_finite);
  EXPECT_EQ(failure_of_view([&](View& view, Random&) { view.add(DensityMatrix{{{}, {0, 0, nan}}}); }), not_finite);
  EXPECT_EQ(failure_of_view([&](View& view, Random&) { view.blur(nan); }), not_finite);
  EXPECT_EQ(failure_of_view([&](View& view, Random&) { view.add_noise(nan, 1); }), not_finite);
  EXPECT_EQ(failure_of_view([&](View& view, Random&) { view.cut_out(0, nan, 1, 1); }), not_finite);
  EXPECT_EQ(failure_of_view([&](View& view, Random&) { view.set_fill({nan, 0, 0}); }), not_finite);
  EXPECT_EQ(failure_of_view([&](View& view, Random&) { view.crop(0, 0, 5, 0); }), not_finite);
  EXPECT_EQ(failure_of_view([](View& view, Random&) { view.add(Gamma{0}); }),
            who + "holds a gamma that is not above 0");
  EXPECT_EQ(failure_of_view([](View& view, Random&) { view.crop(2e9, 0, 5, 5); }),
            who + "reaches further than 1e9 pixels from the picture");
}

TEST(AugmentationChain, TakesAViewThatShowsNothingOfItsPicture) {
  EXPECT_EQ(failure_of_view([](View& view, Random&) { view.crop(5000, -7000, 5, 5); }), "nothing failed");
}

TEST(AugmentationChain, EditsPixelsOfThePicturesThatDrewIt) {
  Custom custom;
  custom.paint = [](const Pixels& pixels, Random& random) {
    EXPECT_EQ(pixels.size, 2);
    pixels.rgb.front() = static_cast<float>(random.uniform(1, 2));
  };
  const AugmentationChain chain = chain_with(custom);
  const StreamName name{.seed = 20};
  View view(10, 10);
  const auto drawn = chain.sample(view, name, "x");
  EXPECT_TRUE(drawn.has_pixels);
  std::vector<float> pixels(12);
  chain.apply(drawn, {pixels, 2}, name, "x");
  const float first = pixels.front();
  EXPECT_GE(first, 1);
  chain.apply(drawn, {pixels, 2}, name, "x");
  EXPECT_EQ(pixels.front(), first) << "a function of its stream";
  pixels.front() = 0;
  chain.apply({}, {pixels, 2}, name, "x");
  EXPECT_EQ(pixels.front(), 0) << "a picture that didn't draw it";
}

TEST(AugmentationChain, NamesThePluginWhosePixelsAreNotFinite) {
  const AugmentationChain chain({built_plugin<Augmentation>(ASSAY_FAULTY_PLUGIN_DIR, "pixels_not_finite", "")});
  View view(10, 10);
  const auto drawn = chain.sample(view, {}, "hem/cell.png");
  std::vector<float> pixels(12);
  EXPECT_EQ(failure_of([&] {
              chain.apply(drawn, {pixels, 2}, {.epoch = 2}, "hem/cell.png");
            }),
            "augmentation 'pixels_not_finite' (" ASSAY_FAULTY_PLUGIN_DIR
            "/pixels_not_finite.so) failed in its stage 'apply' on hem/cell.png (epoch 2, draw 0): its picture holds a "
            "number that is not finite");
}

TEST(AugmentationChain, PairsTheSameInTheSameStepAndOtherwiseInAnother) {
  const auto chain = chain_of({entry("flip", ""), entry("mixup", "alpha = 1"), entry("cutmix", "")});
  EXPECT_TRUE(chain.has_pairs());
  EXPECT_FALSE(chain_of({entry("flip", "")}).has_pairs());
  const auto partners = [&](std::int64_t epoch, std::int64_t step) {
    const auto mixes = chain.pair(16, 20, epoch, step);
    EXPECT_EQ(mixes.size(), 2U) << "one list for each that mixes";
    std::vector<std::int64_t> numbers;
    for (const Mix& mix : mixes.at(0)) numbers.push_back(mix.partner);
    return numbers;
  };
  EXPECT_EQ(partners(1, 5), partners(1, 5));
  EXPECT_NE(partners(1, 5), partners(1, 6));
  EXPECT_NE(partners(1, 5), partners(2, 5));
}

TEST(AugmentationChain, MixesTheShareOfTheBatchesThatAProbabilitySays) {
  const auto chain = chain_of({group({choice("mixup", "", 0.25), choice("cutmix", "", 0.75)}, 0.4)});
  std::array<int, 3> counts{};
  for (std::int64_t step = 0; step < 5000; ++step) {
    const auto mixes = chain.pair(2, 20, 0, step);
    ++counts[mixes.empty() ? 0U : mixes.front().front().patch ? 2U : 1U];
  }
  EXPECT_NEAR(counts[0], 3000, 174);  // binomial: five standard deviations
  EXPECT_NEAR(counts[1], 500, 107);
  EXPECT_NEAR(counts[2], 1500, 163);
}

TEST(AugmentationChain, NamesThePluginWhosePairsAreOutOfRange) {
  const std::string told =
      ") failed in its stage 'pair' on a batch of 4 in step 7 (epoch 2): a partner, a share or a "
      "patch is out of range";
  const AugmentationChain faulty({built_plugin<Augmentation>(ASSAY_FAULTY_PLUGIN_DIR, "pairs_out_of_range", "")});
  EXPECT_EQ(failure_of([&] { faulty.pair(4, 20, 2, 7); }),
            "augmentation 'pairs_out_of_range' (" ASSAY_FAULTY_PLUGIN_DIR "/pairs_out_of_range.so" + told);
  const double nan = std::nan("");
  for (const Mix& mix : std::vector<Mix>{{-1, 0.5, {}},
                                         {0, nan, {}},
                                         {0, 1.5, {}},
                                         {0, 1, Patch{0, 0, nan, 1}},
                                         {0, 1, Patch{0.5, 0, 0.25, 1}},
                                         {0, 1, Patch{0, -0.1, 1, 1}}}) {
    Custom custom;
    custom.mix = [&](std::span<Mix> batch, Random&) { batch[2] = mix; };
    EXPECT_NE(failure_of([&] { chain_with(custom).pair(4, 20, 2, 7); }).find("out of range"), std::string::npos);
  }
}

}  // namespace
}  // namespace assay
