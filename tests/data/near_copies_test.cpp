// The leak guard: which copies join their patients' groups, what is said of it, and what it may cost.
#include "near_copies.h"

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <atomic>
#include <functional>
#include <random>

#include "data/opening.h"
#include "data/temporary_folder.h"
#include "data/test_cells.h"
#include "data/test_images.h"
#include "file_check.h"

namespace assay {
namespace {

using data::Picture;
using test::cell_field;
using test::cell_on_black;
using test::mentions;
using test::open;
using test::options_for;
using test::TemporaryFolder;

using Draw = Picture (*)(std::int64_t);

Picture cut_out(std::int64_t number) { return cell_on_black(number); }

/// Eight patients, p1 to p8, each with a cell of both classes: numbers 1 to 16, all different.
void write_patients(const TemporaryFolder& folder, Draw draw) {
  std::int64_t number = 1;
  for (int patient = 1; patient <= 8; ++patient) {
    for (const char* class_name : {"all", "hem"}) {
      folder.write(std::string(class_name) + "/p" + std::to_string(patient) + "_0.png",
                   test::encode(draw(number++), ".png"));
    }
  }
}

bool has_group(const Dataset& dataset, const std::string& name) {
  return std::ranges::count(dataset.groups, name) == 1;
}

Picture turned_left(const Picture& picture) {
  const cv::Mat from(static_cast<int>(picture.height), static_cast<int>(picture.width), CV_8UC3,
                     const_cast<std::uint8_t*>(picture.rgb.data()));
  cv::Mat to;
  cv::rotate(from, to, cv::ROTATE_90_COUNTERCLOCKWISE);
  return {to.cols, to.rows, std::vector<std::uint8_t>(to.datastart, to.dataend)};
}

Picture smaller(const Picture& picture) {
  const cv::Mat from(static_cast<int>(picture.height), static_cast<int>(picture.width), CV_8UC3,
                     const_cast<std::uint8_t*>(picture.rgb.data()));
  cv::Mat to;
  cv::resize(from, to, {144, 144}, 0, 0, cv::INTER_AREA);
  return {to.cols, to.rows, std::vector<std::uint8_t>(to.datastart, to.dataend)};
}

/// One way in which a picture is there twice.
struct Copying {
  const char* name;
  std::string (*file)(const Picture&);
  const char* extension;
};

class LeakGuard : public testing::TestWithParam<std::tuple<Draw, Copying>> {};

TEST_P(LeakGuard, JoinsACopyThatWas) {
  const auto& [draw, copying] = GetParam();
  const TemporaryFolder folder;
  write_patients(folder, draw);
  ASSERT_TRUE(open(options_for(folder.path())).near_copies.empty()) << "the cells themselves are no copies";
  folder.write(std::string("all/p7_again") + copying.extension, copying.file(draw(1)));  // p1's first
  const Dataset dataset = open(options_for(folder.path()));
  EXPECT_TRUE(has_group(dataset, "1+7"));
  EXPECT_EQ(dataset.groups.size(), 7U);
  ASSERT_EQ(dataset.near_copies.size(), 1U);
  ASSERT_EQ(dataset.joined.size(), 1U);
  EXPECT_EQ(dataset.joined[0].members, (std::vector<std::string>{"1", "7"}));
  ASSERT_EQ(dataset.joined[0].pairs.size(), 1U);
  const CopyPair& pair = dataset.joined[0].pairs[0];
  const std::set<std::string> names{dataset.samples[static_cast<std::size_t>(pair.first)].name,
                                    dataset.samples[static_cast<std::size_t>(pair.second)].name};
  EXPECT_EQ(names, (std::set<std::string>{"all/p1_0.png", std::string("all/p7_again") + copying.extension}));
  EXPECT_FALSE(pair.identical);
  EXPECT_LT(pair.mean_difference, 2.0);
  EXPECT_TRUE(mentions(dataset.warnings, "1 group: 1+7 by all/p")) << dataset.warnings.back();
}

INSTANTIATE_TEST_SUITE_P(
    Copies, LeakGuard,
    testing::Combine(
        testing::Values(Draw{cut_out}, Draw{cell_field}),
        testing::Values(
            Copying{"SavedAsBmp", [](const Picture& p) { return test::encode(p, ".bmp"); }, ".bmp"},
            Copying{"SavedAsTiff", [](const Picture& p) { return test::encode(p, ".tif"); }, ".tif"},
            Copying{"SavedAsJpegOfQuality95", [](const Picture& p) { return test::encode(p, ".jpg"); }, ".jpg"},
            Copying{"BrightenedByALevel", [](const Picture& p) { return test::encode(test::brightened(p, 1), ".png"); },
                    ".png"},
            Copying{"TurnedByAQuarter", [](const Picture& p) { return test::encode(turned_left(p), ".png"); }, ".png"},
            Copying{"ShrunkByATenth", [](const Picture& p) { return test::encode(smaller(p), ".png"); }, ".png"})),
    [](const auto& kind) {
      const bool is_field = std::get<0>(kind.param) == Draw{cell_field};
      return std::string(std::get<1>(kind.param).name) + (is_field ? "InAFullField" : "OnBlack");
    });

TEST(LeakGuardFor, OtherCellsOfTheSameShapeJoinsNothing) {
  const TemporaryFolder folder;
  write_patients(folder, cut_out);
  folder.write("all/p7_other.png", test::encode(test::brightened(cell_on_black(1), 3), ".png"));
  folder.write("all/p8_other.png", test::encode(cell_on_black(1, 0.28), ".png"));  // the same cell, cut out differently
  const Dataset dataset = open(options_for(folder.path()));
  EXPECT_TRUE(dataset.near_copies.empty());
  EXPECT_EQ(dataset.groups.size(), 8U);
}

TEST(LeakGuardFor, ChainsOfCopiesJoinsAllOfThem) {
  const TemporaryFolder folder;
  write_patients(folder, cut_out);
  folder.write("all/p2_x.png", test::encode(test::brightened(cell_on_black(1), 1), ".png"));
  folder.write("all/p3_x.png", test::encode(test::brightened(cell_on_black(1), 2), ".png"));  // near p2's only
  const Dataset dataset = open(options_for(folder.path()));
  EXPECT_TRUE(has_group(dataset, "1+2+3"));
  EXPECT_EQ(dataset.joined[0].pairs.size(), 2U);
}

TEST(LeakGuardFor, KeptNearCopiesWarnsAndJoinsIdenticalOnesOnly) {
  const TemporaryFolder folder;
  write_patients(folder, cut_out);
  folder.write("all/p7_near.bmp", test::encode(cell_on_black(1), ".bmp"));
  folder.write("all/p8_same.png", test::encode(cell_on_black(3), ".png"));  // p2's bytes
  DatasetOptions options = options_for(folder.path());
  options.near_copies = "keep";
  const Dataset dataset = open(options);
  EXPECT_TRUE(has_group(dataset, "1") && has_group(dataset, "7") && has_group(dataset, "2+8"));
  EXPECT_EQ(dataset.near_copies.size(), 1U);
  EXPECT_TRUE(mentions(dataset.warnings, "dataset.near_copies = \"keep\" leaves apart"));
}

TEST(LeakGuardFor, CopiesOfTwoClassesWarns) {
  const TemporaryFolder folder;
  write_patients(folder, cut_out);
  folder.write("hem/p1_again.bmp", test::encode(cell_on_black(1), ".bmp"));
  EXPECT_TRUE(mentions(open(options_for(folder.path())).warnings, "near copies, but of different classes: 1 pair"));
}

TEST(LeakGuardFor, AGroupAboveAFifthOfTheImagesWarns) {
  const TemporaryFolder folder;
  write_patients(folder, cut_out);
  folder.write("all/p7_again.bmp", test::encode(cell_on_black(1), ".bmp"));  // 1+7: 5 of 17 images
  const Dataset dataset = open(options_for(folder.path()));
  EXPECT_TRUE(mentions(dataset.warnings, "joining made one group of 2, '1+7', which holds 29 % of the images"));
}

/// Twelve cells c0.png to c11.png of twelve groups, of which the manifest that is returned gives each a split.
std::string write_given_splits(const TemporaryFolder& folder) {
  std::string manifest = "path,label,group,split\n";
  for (int i = 0; i < 12; ++i) {
    const std::string name = "c" + std::to_string(i) + ".png";
    folder.write(name, test::encode(cell_on_black(i + 1), ".png"));
    const char* splits[] = {"train", "validation", "test"};
    manifest += name + "," + (i % 2 == 0 ? "a" : "b") + ",g" + std::to_string(i) + "," + splits[i % 3] + "\n";
  }
  return manifest;
}

DatasetOptions options_of(const TemporaryFolder& folder, const std::string& manifest) {
  DatasetOptions options;
  options.path = folder.write("list.csv", manifest).string();
  options.split = "split";
  return options;
}

TEST(LeakGuardFor, CopiesInTwoGivenSplitsRefusesAndNamesBothFiles) {
  const TemporaryFolder folder;
  std::string manifest = write_given_splits(folder);
  folder.write("again.bmp", test::encode(cell_on_black(1), ".bmp"));
  manifest += "again.bmp,a,g12,test\n";
  const DatasetOptions options = options_of(folder, manifest);
  try {
    open(options);
    FAIL() << "a cell in training was allowed into the test split";
  } catch (const InvalidInput& problem) {
    const std::string text = problem.what();
    EXPECT_NE(text.find("g0+g12"), std::string::npos) << text;
    EXPECT_NE(text.find("c0.png in train"), std::string::npos) << text;
    EXPECT_NE(text.find("again.bmp in test"), std::string::npos) << text;
  }
}

TEST(LeakGuardFor, ImagesForPredictionWarnsOfThoseThatAreInASplit) {
  const TemporaryFolder folder;
  std::string manifest = write_given_splits(folder);
  folder.write("same.png", test::encode(cell_on_black(1), ".png"));  // c0.png's bytes
  folder.write("other.png", test::encode(cell_on_black(20), ".png"));
  manifest += "same.png,,,none\nother.png,,,none\n";
  const DatasetOptions options = options_of(folder, manifest);
  const Dataset dataset = open(options);
  EXPECT_EQ(dataset.unlabelled.size(), 2U);
  EXPECT_TRUE(
      mentions(dataset.warnings,
               "for prediction only, but byte-identical to a labelled image: 1 image: same.png = c0.png in train"));
}

TEST(LeakGuardFor, ImagesOfOneColourSaysThatItCanNotTell) {
  const TemporaryFolder folder;
  write_patients(folder, cut_out);
  folder.write("all/p1_empty.png", test::encode(test::flat_picture(160, 160, {200, 180, 190}), ".png"));
  folder.write("all/p2_empty.png", test::encode(test::flat_picture(160, 160, {201, 180, 190}), ".png"));
  const Dataset dataset = open(options_for(folder.path()));
  EXPECT_EQ(dataset.groups.size(), 8U);
  EXPECT_TRUE(mentions(dataset.warnings, "2 images of one colour throughout"));
}

/// What scanning a file finds, as if its image lay in a group.
data::ScannedImage scan(const std::filesystem::path& file, const std::string& group) {
  const data::FileCheck check = data::check_file(file, 1e6);
  data::ScannedImage image;
  image.image.path = file;
  image.image.name = file.filename().string();
  image.image.group = group;
  image.content_hash = check.content_hash;
  image.width = check.width;
  image.height = check.height;
  image.print = check.print;
  return image;
}

/// Images of all different pixels, each of a group of its own, that were found to have these prints.
std::vector<data::ScannedImage> scanned(const TemporaryFolder& folder, const std::vector<data::ImagePrint>& prints) {
  std::vector<data::ScannedImage> images;
  for (std::size_t i = 0; i < prints.size(); ++i) {
    const std::string name = std::to_string(i);
    images.push_back(scan(folder.write(name + ".png", test::small_image(static_cast<std::uint32_t>(i))), name));
    images.back().print = prints[i];
  }
  return images;
}

/// Blank fields, lit from the left, with a little noise.
std::vector<data::ImagePrint> blank_fields(std::size_t count) {
  std::mt19937 random(1);
  std::vector<data::ImagePrint> prints(count);
  for (data::ImagePrint& print : prints) {
    for (std::size_t i = 0; i < print.cells.size(); ++i) {
      print.cells[i] = static_cast<std::int16_t>(static_cast<int>(i % 48) * 8 - 192 + static_cast<int>(random() % 16));
    }
    print.filled = 256;
  }
  return prints;
}

/// Puts another file, and what scanning it finds but for the print, in an image's place.
void replace_file(data::ScannedImage& image, const std::filesystem::path& file) {
  const data::ImagePrint print = image.print;
  image = scan(file, image.image.group);
  image.print = print;
}

TEST(NearCopies, AmongThousandsOfNearlyUniformImagesCostAQuarterAsManyComparisons) {
  constexpr std::size_t kImages = 4400;
  const TemporaryFolder folder;
  const auto images = scanned(folder, blank_fields(kImages));
  data::ScanMemory memory("", "");
  std::atomic<std::int64_t> decoded{0};
  const data::NearCopies copies =
      data::find_near_copies(images, 1e6, memory, [&](const char*, std::int64_t, std::int64_t) { ++decoded; });
  EXPECT_EQ(copies.crowded, static_cast<std::int64_t>(kImages));
  EXPECT_EQ(copies.refuted, static_cast<std::int64_t>(kImages / 4));
  EXPECT_GT(copies.dropped, 0);
  EXPECT_LE(decoded, static_cast<std::int64_t>(kImages / 4));
}

TEST(NearCopies, AreSoughtAmongTheNearestOfACrowd) {
  constexpr std::size_t kImages = 500;
  const TemporaryFolder folder;
  std::mt19937 random(1);
  std::vector<data::ImagePrint> prints(kImages);
  for (data::ImagePrint& print : prints) {
    for (std::int16_t& cell : print.cells) cell = static_cast<std::int16_t>(1000 + static_cast<int>(random() % 100));
    print.filled = 256;
  }
  prints[401].cells = prints[17].cells;
  std::vector<data::ScannedImage> images = scanned(folder, prints);
  replace_file(images[17], folder.write("a.png", test::encode(cell_field(1), ".png")));
  replace_file(images[401], folder.write("b.bmp", test::encode(cell_field(1), ".bmp")));
  data::ScanMemory memory("", "");
  const data::NearCopies copies = data::find_near_copies(images, 1e6, memory, {});
  ASSERT_EQ(copies.pairs.size(), 1U);
  EXPECT_EQ(copies.pairs[0].first, 17U);
  EXPECT_EQ(copies.pairs[0].second, 401U);
}

TEST(NearCopies, OfACrowdAreKnownThoughTheirTotalsDiffer) {
  constexpr std::size_t kImages = 500;
  const TemporaryFolder folder;
  std::mt19937 random(1);
  std::vector<data::ImagePrint> prints(kImages);
  for (std::size_t i = 0; i < kImages; ++i) {  // each a little brighter than the one before
    for (std::int16_t& cell : prints[i].cells) cell = static_cast<std::int16_t>(500 + i + random() % 200);
    prints[i].filled = 256;
  }
  prints[401].cells = prints[10].cells;
  for (std::int16_t& cell : prints[401].cells) cell = static_cast<std::int16_t>(cell + 40);  // 1.25 levels
  std::vector<data::ScannedImage> images = scanned(folder, prints);
  replace_file(images[10], folder.write("a.png", test::encode(cell_field(1), ".png")));
  replace_file(images[401], folder.write("b.png", test::encode(test::brightened(cell_field(1), 1), ".png")));
  data::ScanMemory memory("", "");
  const data::NearCopies copies = data::find_near_copies(images, 1e6, memory, {});
  EXPECT_GT(copies.crowded, 100);
  ASSERT_EQ(copies.pairs.size(), 1U);
  EXPECT_EQ(copies.pairs[0].first, 10U);
  EXPECT_EQ(copies.pairs[0].second, 401U);
}

/// Noise, brighter within by another amount for each number below 100.
Picture bright_inside(std::uint32_t number) {
  Picture picture = test::noise_picture(32, 32, number);
  for (std::size_t i = 0; i < picture.rgb.size(); ++i) {
    const std::size_t x = i / 3 % 32;
    const std::size_t y = i / 96;
    const bool is_inside = x >= 4 && x < 28 && y >= 4 && y < 28;
    picture.rgb[i] = static_cast<std::uint8_t>(picture.rgb[i] / 2 + (is_inside ? number % 100 : 0));
  }
  return picture;
}

TEST(NearCopies, AreAllFoundHoweverManyThereAre) {
  constexpr std::uint32_t kPictures = 1100;
  const TemporaryFolder folder;
  std::vector<data::ScannedImage> images;
  for (std::uint32_t i = 0; i < kPictures; ++i) {
    const Picture picture = bright_inside(i);
    Picture mirrored = picture;
    for (std::int64_t y = 0; y < 32; ++y) {
      for (std::int64_t x = 0; x < 32; ++x) std::copy_n(picture.row(y) + x * 3, 3, mirrored.row(y) + (31 - x) * 3);
    }
    const std::string name = std::to_string(i);
    images.push_back(scan(folder.write(name + ".png", test::encode(picture, ".png")), name));
    images.push_back(scan(folder.write(name + "m.png", test::encode(mirrored, ".png")), name + "m"));
  }
  data::ScanMemory memory("", "");
  const data::NearCopies copies = data::find_near_copies(images, 1e6, memory, {});
  EXPECT_EQ(copies.pairs.size(), kPictures);
  EXPECT_EQ(copies.dropped, 0);
}

TEST(NearCopies, AcrossGroupsAreNotCrowdedOutByPairsWithinOne) {
  const TemporaryFolder folder;
  std::vector<data::ImagePrint> prints = blank_fields(600);
  data::ImagePrint print = prints[0];
  for (std::int16_t& cell : print.cells) cell = static_cast<std::int16_t>(cell + 2000);  // unlike the fields
  prints.push_back(print);
  for (std::int16_t& cell : print.cells) cell = static_cast<std::int16_t>(cell + 100);  // nearly too far
  prints.push_back(print);
  std::vector<data::ScannedImage> images = scanned(folder, prints);
  for (std::size_t i = 0; i < 600; ++i) images[i].image.group = "the fields";
  replace_file(images[600], folder.write("a.png", test::encode(cell_field(1), ".png")));
  replace_file(images[601], folder.write("b.png", test::encode(test::brightened(cell_field(1), 1), ".png")));
  data::ScanMemory memory("", "");
  const data::NearCopies copies = data::find_near_copies(images, 1e6, memory, {});
  ASSERT_EQ(copies.pairs.size(), 1U);
  EXPECT_EQ(copies.pairs[0].first, 600U);
  EXPECT_EQ(copies.pairs[0].second, 601U);
  EXPECT_EQ(copies.dropped, 0);
  EXPECT_GT(copies.unlisted, 0);
}

/// A bright field, lit from the left, whose every pixel is noisy: all look alike, and none is another's copy.
Picture noisy_field(std::uint32_t seed) {
  Picture picture = test::noise_picture(64, 64, seed);
  for (std::size_t i = 0; i < picture.rgb.size(); ++i) {
    const auto x = static_cast<int>(i / 3 % 64);
    picture.rgb[i] = static_cast<std::uint8_t>(60 + 2 * x + picture.rgb[i] % 20);
  }
  return picture;
}

TEST(LeakGuardFor, MoreLikenessThanItCanLookIntoRefusesToDrawSplits) {
  const TemporaryFolder folder;
  for (std::uint32_t i = 0; i < 800; ++i) {
    folder.write((i % 2 == 0 ? "all/p" : "hem/p") + std::to_string(i) + "_0.bmp", test::encode(noisy_field(i), ".bmp"));
  }
  DatasetOptions options = options_for(folder.path());
  try {
    open(options);
    FAIL() << "pairs that nobody looked at were left apart";
  } catch (const InvalidInput& problem) {
    const std::string text = problem.what();
    EXPECT_NE(text.find("1000 pairs were compared and are none"), std::string::npos) << text;
    EXPECT_NE(text.find("dataset.near_copies = \"keep\""), std::string::npos) << text;
  }
  EXPECT_EQ(open_dataset(options, "", {}, DatasetUse::judge).samples.size(), 800U) << "judging draws no splits";
  options.near_copies = "keep";
  EXPECT_TRUE(mentions(open(options).warnings, "pairs of images that look alike were not compared"));
}

/// Does something to a file once all images are read, and before any two are compared.
Dataset open_and_meddle(const DatasetOptions& options, const std::filesystem::path& cache,
                        const std::function<void()>& meddle) {
  return open_dataset(options, cache, [&](const char* what, std::int64_t done, std::int64_t total) {
    if (std::string(what) == "reading the images" && done == total) meddle();
  });
}

TEST(LeakGuardFor, FilesThatChangeWhileItLooksStopsAndKeepsNothing) {
  const TemporaryFolder folder;
  const TemporaryFolder cache;
  write_patients(folder, cut_out);
  const std::string again = test::encode(cell_on_black(1), ".bmp");
  const std::filesystem::path file = folder.write("all/p7_again.bmp", again);
  const auto expect_refusal = [&](const std::function<void()>& meddle, const std::string& reason) {
    try {
      open_and_meddle(options_for(folder.path()), cache.path(), meddle);
      FAIL() << "a file that is not what was scanned was compared";
    } catch (const InvalidInput& problem) {
      const std::string expected = "p7_again.bmp changed or became unreadable while it was looked at" + reason;
      EXPECT_NE(std::string(problem.what()).find(expected), std::string::npos) << problem.what();
    }
    folder.write("all/p7_again.bmp", again);
  };
  expect_refusal([&] { folder.write("all/p7_again.bmp", test::encode(cell_on_black(99), ".bmp")); }, "");
  expect_refusal([&] { std::filesystem::remove(file); }, "; it can't be read: No such file or directory");
  EXPECT_TRUE(has_group(open_dataset(options_for(folder.path()), cache.path()), "1+7"));
}

}  // namespace
}  // namespace assay
