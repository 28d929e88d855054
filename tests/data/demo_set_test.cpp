// The demo set: reproducible, honestly labelled, learnable by shape and not by colour.
#include "demo_set.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <thread>

#include "assay/data/dataset.h"
#include "assay/error.h"
#include "data/linear_probe.h"
#include "data/temporary_folder.h"
#include "demo_cell.h"
#include "picture.h"
#include "texts.h"

namespace assay::data {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;

std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files[fs::relative(entry.path(), folder).generic_string()] = text_of(entry.path());
  }
  return files;
}

TEST(DemoSet, HasTheSameBytesForAnyNumberOfThreads) {
  const TemporaryFolder one;
  const TemporaryFolder three;
  const DemoOptions options{30, 5, 64};
  EXPECT_EQ(contents(demo_folder(options, one.path(), 1)), contents(demo_folder(options, three.path(), 3)));
}

TEST(DemoSet, SaysThatItIsSynthetic) {
  const TemporaryFolder cache;
  const auto files = contents(demo_folder({12, 3, 32}, cache.path()));
  EXPECT_EQ(files.size(), 13U);
  EXPECT_NE(files.at("README.txt").find("SYNTHETIC"), std::string::npos);
  for (const auto& [name, bytes] : files) {
    EXPECT_TRUE(name == "README.txt" || name.starts_with("malignant/demo_UID_") ||
                name.starts_with("healthy/demo_UID_"))
        << name;
  }
}

TEST(DemoSet, IsRenderedOnceForTheSameOptions) {
  const TemporaryFolder cache;
  const fs::path folder = demo_folder({12, 3, 32}, cache.path());
  const auto before = fs::last_write_time(folder / "README.txt");
  EXPECT_EQ(demo_folder({12, 3, 32}, cache.path()), folder);
  EXPECT_EQ(fs::last_write_time(folder / "README.txt"), before);
  EXPECT_NE(demo_folder({13, 3, 32}, cache.path()), folder);
}

TEST(DemoSet, ReplacesWhatAKilledProcessLeft) {
  const TemporaryFolder cache;
  const fs::path folder = demo_folder({12, 3, 32}, cache.path());
  fs::rename(folder, folder.string() + ".unfinished");
  fs::remove(folder.string() + ".unfinished/README.txt");
  EXPECT_EQ(contents(demo_folder({12, 3, 32}, cache.path())).size(), 13U);
  EXPECT_FALSE(fs::exists(folder.string() + ".unfinished"));
}

TEST(DemoSet, MayBeAskedForByTwoAtOnce) {
  const TemporaryFolder cache;
  std::vector<std::thread> askers;
  for (int i = 0; i < 4; ++i) {
    askers.emplace_back([&] { EXPECT_EQ(contents(demo_folder({40, 4, 48}, cache.path(), 1)).size(), 41U); });
  }
  for (std::thread& asker : askers) asker.join();
}

TEST(DemoSet, RefusesOptionsThatMakeNoSense) {
  const TemporaryFolder cache;
  EXPECT_THROW(demo_folder({3, 4, 64}, cache.path()), InvalidInput);
  EXPECT_THROW(demo_folder({10, 0, 64}, cache.path()), InvalidInput);
  EXPECT_THROW(demo_folder({10, 2, 1}, cache.path()), InvalidInput);
}

TEST(DemoSet, SaysWhenTheCacheCanNotBeWritten) {
  const TemporaryFolder cache;
  const fs::path file = cache.write("a file", "");
  EXPECT_THROW(demo_folder({12, 3, 32}, file), Failure);
}

TEST(DemoDataset, HasPatientsForGroupsAndBothClassesInEach) {
  const TemporaryFolder cache;
  DatasetOptions options;
  options.path = "demo";
  options.demo = {120, 12, 32};
  const Dataset dataset = open_dataset(options, cache.path());
  EXPECT_EQ(dataset.classes, (std::vector<std::string>{"healthy", "malignant"}));
  EXPECT_EQ(dataset.groups.size(), 12U);
  EXPECT_EQ(dataset.identical_images, 0);
  EXPECT_TRUE(dataset.warnings.empty());
  std::map<std::int64_t, std::set<std::int64_t>> labels;
  for (const Sample& sample : dataset.samples) labels[sample.group].insert(sample.label);
  for (const auto& [group, present] : labels) EXPECT_EQ(present.size(), 2U);

  // The form in which the flagship experiment names groups and classes fits it, too.
  options.group = GroupOptions{R"(UID_(H?\d+)_)", {}, {}, {}};
  options.classes = {{"malignant", {"all", "early", "pre", "pro"}}, {"healthy", {"hem", "benign"}}};
  EXPECT_EQ(open_dataset(options, cache.path()).split_fingerprint, dataset.split_fingerprint);
}

/// A demo set in memory: features of each picture, by a function of its pixels.
template <class Features>
test::ProbeData measure(const DemoOptions& options, Features features) {
  test::ProbeData data;
  for (std::int64_t i = 0; i < options.images; ++i) {
    const std::int64_t number = i % options.patients;
    const DemoPatient patient = make_demo_patient(number);
    const bool malignant = is_malignant(patient, i / options.patients);
    data.features.push_back(features(draw_demo_picture(patient, malignant, i, options.size)));
    data.labels.push_back(malignant ? 1 : 0);
    data.groups.push_back(number);
  }
  return data;
}

std::vector<double> mean_colour(const Picture& picture) {
  std::vector<double> mean(3, 0.0);
  for (std::size_t i = 0; i < picture.rgb.size(); ++i) mean[i % 3] += picture.rgb[i];
  for (double& value : mean) value /= static_cast<double>(picture.width * picture.height);
  return mean;
}

/// Nucleus area, its share of the cell, and the variation of its density: by thresholds of the optical density of red.
std::vector<double> nucleus_measures(const Picture& picture) {
  const Rgb light = median_of_border(picture);
  double nucleus = 0;
  double cell = 0;
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 0; i < picture.rgb.size(); i += 3) {
    const double red = -std::log((picture.rgb[i] + 1.0) / (light[0] + 1.0));
    const double green = -std::log((picture.rgb[i + 1] + 1.0) / (light[1] + 1.0));
    cell += red > 0.17 ? 1 : 0;
    if (red < 0.4 || green < 0.5) continue;
    nucleus += 1;
    sum += green;
    squares += green * green;
  }
  if (nucleus < 10) return {0, 0, 0};
  const double mean = sum / nucleus;
  return {nucleus, nucleus / cell, std::sqrt(std::max(0.0, squares / nucleus - mean * mean)) / mean};
}

TEST(DemoSet, IsHardForMeanColourAndNotForTheNucleus) {
  const DemoOptions options{480, 24, 96};
  EXPECT_LT(test::held_out_auroc(measure(options, mean_colour)), 0.7);
  const double by_nucleus = test::held_out_auroc(measure(options, nucleus_measures));
  EXPECT_GT(by_nucleus, 0.9);
  EXPECT_LT(by_nucleus, 0.99);
}

}  // namespace
}  // namespace assay::data
