// Opening a data set from real files: what is found, what depends on what, and what is refused.
#include "assay/data/dataset.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <set>

#include "assay/error.h"
#include "data/opening.h"
#include "data/temporary_folder.h"
#include "data/test_images.h"
#include "texts.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using test::expect_refused;
using test::mentions;
using test::open;
using test::options_for;
using test::refusal;
using test::small_image;
using test::TemporaryFolder;

/// Eight patients, p1 to p8, each with two images of both classes.
void write_patients(const TemporaryFolder& folder, const std::string& below = "") {
  std::uint32_t seed = 1;
  for (int patient = 1; patient <= 8; ++patient) {
    for (int n = 0; n < 2; ++n) {
      for (const char* class_name : {"all", "hem"}) {
        folder.write(below + class_name + "/p" + std::to_string(patient) + "_" + std::to_string(n) + ".png",
                     small_image(seed++));
      }
    }
  }
}

TEST(FolderDataset, HasClassesGroupsAndSplitsInOrder) {
  const TemporaryFolder folder;
  write_patients(folder);
  const Dataset dataset = open(options_for(folder.path()));
  EXPECT_EQ(dataset.classes, (std::vector<std::string>{"all", "hem"}));
  EXPECT_EQ(dataset.groups, (std::vector<std::string>{"1", "2", "3", "4", "5", "6", "7", "8"}));
  EXPECT_EQ(dataset.samples.size(), 32U);
  EXPECT_EQ(dataset.positive, -1);
  std::map<std::int64_t, std::set<Split>> splits_of_group;
  for (const Sample& sample : dataset.samples) {
    EXPECT_EQ(sample.name, fs::relative(sample.path, folder.path()).generic_string());
    EXPECT_EQ(dataset.classes[static_cast<std::size_t>(sample.label)], sample.name.substr(0, 3));
    EXPECT_EQ("p" + dataset.groups[static_cast<std::size_t>(sample.group)] + "_", sample.name.substr(4, 3));
    splits_of_group[sample.group].insert(sample.split);
  }
  for (const auto& [group, splits] : splits_of_group) EXPECT_EQ(splits.size(), 1U);
  EXPECT_EQ(dataset.of_split(Split::train).size() + dataset.of_split(Split::validation).size() +
                dataset.of_split(Split::test).size(),
            32U);
}

TEST(FolderDataset, TakesEndingsInAnyCaseAndLeavesOtherFilesAlone) {
  const TemporaryFolder folder;
  write_patients(folder);
  folder.write("all/p1_big.PNG", small_image(100));
  folder.write("all/p1_photo.JpEg", small_image(101, ".jpg"));
  folder.write("all/p1_scan.TIF", small_image(102, ".tif"));
  folder.write("all/p1_map.BMP", small_image(103, ".bmp"));
  folder.write("all/notes.txt", "not an image");
  folder.write("all/._p1_0.png", "what another system leaves beside a file");
  EXPECT_EQ(open(options_for(folder.path())).samples.size(), 36U);
}

TEST(FolderDataset, TakesTheClassOfTheNearestNamedFolder) {
  const TemporaryFolder folder;
  write_patients(folder, "fold_0/");
  folder.write("all/fold_1/hem/site/p1_x.png", small_image(200));
  folder.write("elsewhere/p1_y.png", small_image(201));
  DatasetOptions options = options_for(folder.path());
  options.classes = {{"malignant", {"all", "pro"}}, {"healthy", {"hem"}}};
  options.positive = "malignant";
  const Dataset dataset = open(options);
  EXPECT_EQ(dataset.classes, (std::vector<std::string>{"healthy", "malignant"}));
  EXPECT_EQ(dataset.positive, 1);
  EXPECT_EQ(dataset.samples.size(), 33U);
  const auto nested = std::ranges::find(dataset.samples, "all/fold_1/hem/site/p1_x.png", &Sample::name);
  ASSERT_NE(nested, dataset.samples.end());
  EXPECT_EQ(dataset.classes[static_cast<std::size_t>(nested->label)], "healthy");
  EXPECT_TRUE(mentions(dataset.warnings, "1 image: elsewhere/p1_y.png"));
}

TEST(FolderDataset, CountsAClasssOwnNameAmongItsFolders) {
  const TemporaryFolder folder;
  write_patients(folder);
  DatasetOptions options = options_for(folder.path());
  options.classes = {{"all", {"blast"}}, {"healthy", {"hem"}}};
  EXPECT_EQ(open(options).classes, (std::vector<std::string>{"all", "healthy"}));
}

TEST(FolderDataset, AcceptsNamesWithSpacesEmojiAndLineBreaks) {
  const TemporaryFolder folder;
  write_patients(folder);
  folder.write("all/p1_a b.png", small_image(300));
  folder.write("all/p2_\xF0\x9F\x94\xAC.png", small_image(301));
  folder.write("all/p3_two\nlines.png", small_image(302));
  EXPECT_EQ(open(options_for(folder.path())).samples.size(), 35U);
}

TEST(FolderDataset, FollowsLinkedFilesButNotLinkedFolders) {
  const TemporaryFolder folder;
  const TemporaryFolder outside;
  write_patients(folder);
  fs::create_symlink(outside.write("far.png", small_image(400)), folder.path() / "all/p1_linked.png");
  fs::create_directory_symlink(folder.path(), folder.path() / "all/loop");
  const Dataset dataset = open(options_for(folder.path()));
  EXPECT_EQ(dataset.samples.size(), 33U);
  EXPECT_TRUE(mentions(dataset.warnings, "1 linked folder: all/loop"));
}

std::map<std::string, Split> split_of_content(const Dataset& dataset) {
  std::map<std::string, Split> splits;
  for (const Sample& sample : dataset.samples) splits[sample.content_hash] = sample.split;
  return splits;
}

TEST(Splits, DependOnContentsAndSeedAlone) {
  const TemporaryFolder folder;
  const TemporaryFolder renamed;
  write_patients(folder);
  // The same bytes under other file names, other folders and other patients' names.
  for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
    if (!entry.is_regular_file()) continue;
    std::string name = entry.path().filename().string();
    name[1] = static_cast<char>('0' + ('9' - name[1]));
    renamed.write("deeper/" + entry.path().parent_path().filename().string() + "/z" + name, text_of(entry.path()));
  }
  const Dataset one = open(options_for(folder.path()));
  const Dataset other = open(options_for(renamed.path()));
  EXPECT_EQ(split_of_content(one), split_of_content(other));
  EXPECT_EQ(one.split_fingerprint, other.split_fingerprint);
  EXPECT_NE(one.fingerprint, other.fingerprint);  // the groups have other names

  DatasetOptions reseeded = options_for(folder.path());
  std::get<SplitOptions>(reseeded.split).seed = 1;
  EXPECT_NE(open(reseeded).split_fingerprint, one.split_fingerprint);
  EXPECT_EQ(open(reseeded).fingerprint, one.fingerprint);
}

TEST(Splits, StayWhenTheFolderHoldsACopyOfItself) {
  const TemporaryFolder folder;
  write_patients(folder);
  const Dataset before = open(options_for(folder.path()));
  write_patients(folder, "copy/");
  const Dataset after = open(options_for(folder.path()));
  EXPECT_EQ(after.samples.size(), 64U);
  EXPECT_EQ(after.identical_images, 64);
  EXPECT_EQ(split_of_content(before), split_of_content(after));
}

TEST(IdenticalImages, JoinTheirGroupsBeforeSplitsAreDrawn) {
  const TemporaryFolder folder;
  write_patients(folder);
  folder.write("all/p7_same.png", small_image(1));  // p1_0 has these bytes
  const Dataset dataset = open(options_for(folder.path()));
  EXPECT_EQ(dataset.identical_images, 2);
  EXPECT_TRUE(std::ranges::count(dataset.groups, "1+7") == 1 && dataset.groups.size() == 7);
  EXPECT_TRUE(mentions(dataset.warnings, "1 group: 1+7"));
}

TEST(IdenticalImages, OfTwoClassesAreWarnedOf) {
  const TemporaryFolder folder;
  write_patients(folder);
  folder.write("hem/p1_same.png", small_image(1));
  EXPECT_TRUE(
      mentions(open(options_for(folder.path())).warnings, "different classes: 1 pair: all/p1_0.png = hem/p1_same.png"));
}

TEST(Dataset, TellsHowManyImagesAreRead) {
  const TemporaryFolder folder;
  write_patients(folder);
  std::atomic<int> calls{0};
  std::atomic<std::int64_t> most{0};
  open_dataset(options_for(folder.path()), "", [&](const char*, std::int64_t done, std::int64_t total) {
    EXPECT_EQ(total, 32);
    ++calls;
    if (done == total) most = done;
  });
  EXPECT_EQ(calls, 32);
  EXPECT_EQ(most, 32);
}

TEST(Dataset, RefusesMissingFoldersOtherFilesAndEmptyFolders) {
  const TemporaryFolder folder;
  expect_refused(options_for(folder.path() / "missing"), "does not exist");
  expect_refused(options_for(folder.write("list.txt", "x")), "neither a folder nor a .csv file");
  expect_refused(options_for(folder.path()), "holds no image");
}

TEST(Dataset, RefusesImagesThatLieInNoFolder) {
  const TemporaryFolder folder;
  folder.write("p1_0.png", small_image(1));
  expect_refused(options_for(folder.path()), "lie in no folder");
}

TEST(Dataset, RefusesOneClassAndEmptyClasses) {
  const TemporaryFolder folder;
  folder.write("all/p1_0.png", small_image(1));
  expect_refused(options_for(folder.path()), "one class only, 'all'");
  DatasetOptions options = options_for(folder.path());
  options.classes = {{"malignant", {"all"}}, {"healthy", {"hem", "benign"}}};
  expect_refused(options, "no image of class 'healthy' (hem, benign)");
}

TEST(Dataset, OpenedToJudgeNeedsNoSplitAndOneClassIsEnough) {
  const TemporaryFolder folder;
  folder.write("all/p1_0.png", small_image(1));
  folder.write("all/p1_1.png", small_image(2));
  const Dataset dataset = open_dataset(options_for(folder.path()), "", {}, DatasetUse::judge);
  EXPECT_EQ(dataset.classes, std::vector<std::string>{"all"});
  EXPECT_EQ(dataset.of_split(Split::test).size(), 2U);
}

TEST(Dataset, RefusesAFolderThatTwoClassesClaim) {
  const TemporaryFolder folder;
  write_patients(folder);
  DatasetOptions options = options_for(folder.path());
  options.classes = {{"a", {"all", "hem"}}, {"b", {"hem"}}};
  expect_refused(options, "'hem' is given to both 'a' and 'b'");
}

TEST(Dataset, SuggestsThePositiveClass) {
  const TemporaryFolder folder;
  write_patients(folder);
  DatasetOptions options = options_for(folder.path());
  options.positive = "hemm";
  expect_refused(options, "no class 'hemm'; did you mean 'hem'?");
}

TEST(BadImages, AreAllListedWithTheirReasons) {
  const TemporaryFolder folder;
  write_patients(folder);
  folder.write("all/p1_cut.png", small_image(500).substr(0, 90));
  folder.write("all/p2_empty.jpg", "");
  folder.write("hem/p3_text.bmp", "this is a text");
  const std::string text = refusal(options_for(folder.path()));
  EXPECT_NE(text.find("p1_cut.png is truncated"), std::string::npos) << text;
  EXPECT_NE(text.find("p2_empty.jpg is empty"), std::string::npos) << text;
  EXPECT_NE(text.find("p3_text.bmp is no BMP, PNG, JPEG or TIFF"), std::string::npos) << text;
  EXPECT_NE(text.find("3 of 35 images can't be used"), std::string::npos) << text;
  EXPECT_NE(text.find("on_bad_image = \"skip\""), std::string::npos) << text;
}

TEST(BadImages, AreLeftOutAndCountedOnRequest) {
  const TemporaryFolder folder;
  write_patients(folder);
  const Dataset whole = open(options_for(folder.path()));
  folder.write("all/p1_cut.png", small_image(500).substr(0, 90));
  folder.write("all/p2_empty.jpg", "");
  DatasetOptions options = options_for(folder.path());
  options.on_bad_image = "skip";
  const Dataset dataset = open(options);
  EXPECT_EQ(dataset.samples.size(), 32U);
  EXPECT_EQ(dataset.skipped.size(), 2U);
  EXPECT_TRUE(mentions(dataset.skipped, "all/p1_cut.png is truncated"));
  EXPECT_EQ(dataset.fingerprint, whole.fingerprint);
}

TEST(BadImages, OverThePixelLimitAreRefused) {
  const TemporaryFolder folder;
  write_patients(folder);
  DatasetOptions options = options_for(folder.path());
  options.pixel_limit = 1055;
  expect_refused(options, "has 33 x 32 pixels, more than dataset.pixel_limit = 1055");
}

TEST(BadImages, WithoutPermissionAreRefused) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read every file";
  const TemporaryFolder folder;
  write_patients(folder);
  fs::permissions(folder.path() / "all/p1_0.png", fs::perms::none);
  expect_refused(options_for(folder.path()), "p1_0.png can't be read: Permission denied");
}

TEST(MisnamedImages, AreReadAndWarnedOf) {
  const TemporaryFolder folder;
  write_patients(folder);
  folder.write("all/p1_really_png.jpg", small_image(600));
  const Dataset dataset = open(options_for(folder.path()));
  EXPECT_EQ(dataset.samples.size(), 33U);
  EXPECT_TRUE(mentions(dataset.warnings, "all/p1_really_png.jpg"));
}

}  // namespace
}  // namespace assay
