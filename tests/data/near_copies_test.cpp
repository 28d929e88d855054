// The leak guard: which copies join their patients' groups, what is said of it, and what it may cost.
#include "near_copies.h"

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <atomic>
#include <random>

#include "assay/data/dataset.h"
#include "assay/error.h"
#include "data/temporary_folder.h"
#include "data/test_cells.h"
#include "data/test_images.h"

namespace assay {
namespace {

using data::Picture;
using test::cell_field;
using test::cell_on_black;
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

DatasetOptions options_for(const TemporaryFolder& folder) {
  DatasetOptions options;
  options.path = folder.path().string();
  options.group = GroupOptions{"p(\\d+)_", {}, {}, {}};
  return options;
}

Dataset open(const DatasetOptions& options) { return open_dataset(options, ""); }

bool mentions(const std::vector<std::string>& sentences, const std::string& words) {
  return std::ranges::any_of(sentences, [&](const std::string& s) { return s.find(words) != std::string::npos; });
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
  ASSERT_TRUE(open(options_for(folder)).near_copies.empty()) << "the cells themselves are no copies";
  folder.write(std::string("all/p7_again") + copying.extension, copying.file(draw(1)));  // p1's first
  const Dataset dataset = open(options_for(folder));
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
  const Dataset dataset = open(options_for(folder));
  EXPECT_TRUE(dataset.near_copies.empty());
  EXPECT_EQ(dataset.groups.size(), 8U);
}

TEST(LeakGuardFor, ChainsOfCopiesJoinsAllOfThem) {
  const TemporaryFolder folder;
  write_patients(folder, cut_out);
  folder.write("all/p2_x.png", test::encode(test::brightened(cell_on_black(1), 1), ".png"));
  folder.write("all/p3_x.png", test::encode(test::brightened(cell_on_black(1), 2), ".png"));  // near p2's only
  const Dataset dataset = open(options_for(folder));
  EXPECT_TRUE(has_group(dataset, "1+2+3"));
  EXPECT_EQ(dataset.joined[0].pairs.size(), 2U);
}

TEST(LeakGuardFor, KeptNearCopiesWarnsAndJoinsIdenticalOnesOnly) {
  const TemporaryFolder folder;
  write_patients(folder, cut_out);
  folder.write("all/p7_near.bmp", test::encode(cell_on_black(1), ".bmp"));
  folder.write("all/p8_same.png", test::encode(cell_on_black(3), ".png"));  // p2's bytes
  DatasetOptions options = options_for(folder);
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
  EXPECT_TRUE(mentions(open(options_for(folder)).warnings, "near copies, but of different classes: 1 pair"));
}

TEST(LeakGuardFor, AGroupAboveAFifthOfTheImagesWarns) {
  const TemporaryFolder folder;
  write_patients(folder, cut_out);
  folder.write("all/p7_again.bmp", test::encode(cell_on_black(1), ".bmp"));  // 1+7: 5 of 17 images
  const Dataset dataset = open(options_for(folder));
  EXPECT_TRUE(mentions(dataset.warnings, "joining made one group of 2, '1+7', which holds 29 % of the images"));
}

TEST(LeakGuardFor, CopiesInTwoGivenSplitsRefusesAndNamesBothFiles) {
  const TemporaryFolder folder;
  std::string manifest = "path,label,group,split\n";
  for (int i = 0; i < 12; ++i) {
    const std::string name = "c" + std::to_string(i) + ".png";
    folder.write(name, test::encode(cell_on_black(i + 1), ".png"));
    const char* splits[] = {"train", "validation", "test"};
    manifest += name + "," + (i % 2 == 0 ? "a" : "b") + ",g" + std::to_string(i) + "," + splits[i % 3] + "\n";
  }
  folder.write("again.bmp", test::encode(cell_on_black(1), ".bmp"));
  manifest += "again.bmp,a,g12,test\n";
  DatasetOptions options;
  options.path = folder.write("list.csv", manifest).string();
  options.split = "split";
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

TEST(LeakGuardFor, ImagesOfOneColourSaysThatItCanNotTell) {
  const TemporaryFolder folder;
  write_patients(folder, cut_out);
  folder.write("all/p1_empty.png", test::encode(test::flat_picture(160, 160, {200, 180, 190}), ".png"));
  folder.write("all/p2_empty.png", test::encode(test::flat_picture(160, 160, {201, 180, 190}), ".png"));
  const Dataset dataset = open(options_for(folder));
  EXPECT_EQ(dataset.groups.size(), 8U);
  EXPECT_TRUE(mentions(dataset.warnings, "2 images of one colour throughout"));
}

/// Images that were never on disk: what is known of them, and a print.
std::vector<data::ScannedImage> scanned(const std::vector<data::ImagePrint>& prints) {
  std::vector<data::ScannedImage> images;
  for (std::size_t i = 0; i < prints.size(); ++i) {
    data::ScannedImage image;
    image.image.path = "/no/such/folder/" + std::to_string(i) + ".png";
    image.content_hash = std::to_string(1'000'000 + i);
    image.width = image.height = 450;
    image.print = prints[i];
    images.push_back(image);
  }
  return images;
}

TEST(NearCopies, AmongThousandsOfNearlyUniformImagesCostAQuarterAsManyComparisons) {
  constexpr std::size_t kImages = 6000;
  std::mt19937 random(1);
  std::vector<data::ImagePrint> prints(kImages);
  for (data::ImagePrint& print : prints) {  // blank fields, lit from the left, with a little noise
    for (std::size_t i = 0; i < print.cells.size(); ++i) {
      print.cells[i] = static_cast<std::int16_t>(static_cast<int>(i % 48) * 8 - 192 + static_cast<int>(random() % 16));
    }
    print.filled = 256;
  }
  const auto images = scanned(prints);
  data::ScanMemory memory("", "");
  std::atomic<std::int64_t> decoded{0};
  const data::NearCopies copies =
      data::find_near_copies(images, 1e6, memory, [&](const char*, std::int64_t, std::int64_t) { ++decoded; });
  EXPECT_EQ(copies.crowded, static_cast<std::int64_t>(kImages));
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
  std::vector<data::ScannedImage> images = scanned(prints);
  images[17].image.path = folder.write("a.png", test::encode(cell_field(1), ".png"));
  images[401].image.path = folder.write("b.bmp", test::encode(cell_field(1), ".bmp"));
  data::ScanMemory memory("", "");
  const data::NearCopies copies = data::find_near_copies(images, 1e6, memory, {});
  ASSERT_EQ(copies.pairs.size(), 1U);
  EXPECT_EQ(copies.pairs[0].first, 17U);
  EXPECT_EQ(copies.pairs[0].second, 401U);
}

}  // namespace
}  // namespace assay
