// runner dataset: counts, groups, the written split, the contact sheet, and the layout of C-NMC 2019 that ships with
// it.
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "runner_process.h"
#include "texts.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const std::string kExperiments = ASSAY_SOURCE_DIR "/experiments";

/// The cache of these tests, so that the demo set is drawn once.
std::map<std::string, std::string> with_cache() {
  return {{"ASSAY_CACHE", (fs::path(testing::TempDir()) / "assay_dataset_cache").string()}};
}

Outcome dataset(const fs::path& folder, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"dataset"});
  return run_runner(arguments, folder, with_cache());
}

json dataset_json(const fs::path& folder, std::vector<std::string> arguments) {
  arguments.emplace_back("--json");
  const Outcome outcome = dataset(folder, arguments);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  return json::parse(outcome.out, nullptr, false);
}

/// A 24-bit BMP of 8 x 8 pixels that differs for every number.
std::string small_bmp(unsigned number) {
  const auto bytes = [](unsigned value, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += static_cast<char>((value >> (8 * i)) & 255);
    return text;
  };
  std::string file = "BM" + bytes(54 + 192, 4) + bytes(0, 4) + bytes(54, 4) + bytes(40, 4) + bytes(8, 4) + bytes(8, 4) +
                     bytes(1, 2) + bytes(24, 2) + bytes(0, 24);
  for (unsigned i = 0; i < 64; ++i) file += bytes((i * 2654435761U + number * 40503U) ^ (number * i * 97U), 3);
  return file;
}

/// The layout in which C-NMC 2019 is published: 6 + 6 + 4 cells in the folds, 5 preliminary ones, 3 final ones.
void write_cnmc(const fs::path& root) {
  unsigned number = 1;
  const auto write = [&](const fs::path& file) {
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << small_bmp(number++);
  };
  const auto patient = [&](const std::string& fold, const std::string& name, const std::string& class_name) {
    for (const char* cell : {"1", "2"}) {
      write(root / "C-NMC_training_data" / fold / class_name /
            ("UID_" + name + "_1_" + cell + "_" + class_name + ".bmp"));
    }
  };
  for (const char* name : {"1", "2"}) patient("fold_0", name, "all");
  patient("fold_0", "H3", "hem");
  for (const char* name : {"4", "5"}) patient("fold_1", name, "all");
  patient("fold_1", "h6", "hem");
  patient("fold_2", "7", "all");
  patient("fold_2", "H8", "hem");
  for (int i = 1; i <= 5; ++i) write(root / "C-NMC_test_prelim_phase_data" / (std::to_string(i) + ".bmp"));
  for (int i = 1; i <= 3; ++i) write(root / "C-NMC_test_final_phase_data" / (std::to_string(i) + ".bmp"));
  std::ofstream(root / "C-NMC_test_prelim_phase_data_labels.csv")
      << "Patient_ID,new_names,labels\nUID_57_29_1_all.bmp,1.bmp,1\nUID_57_22_2_all.bmp,2.bmp,1\n"
         "UID_58_31_3_all.bmp,3.bmp,1\nUID_H49_35_1_hem.bmp,4.bmp,0\nUID_H49_36_1_hem.bmp,5.bmp,0\n";
}

std::string cnmc_root(const fs::path& root) { return "dataset.root=" + root.string(); }

TEST(Cnmc, IsCountedAsItIsPublished) {
  const fs::path folder = fresh_folder();
  write_cnmc(folder / "data");
  const json counted = dataset_json(
      folder, {kExperiments + "/cnmc.toml", "--set", cnmc_root(folder / "data"), "--set", "dataset.near_copies=keep"});
  ASSERT_TRUE(counted.contains("sources"));
  std::map<std::string, std::pair<int, int>> images;  // malignant and healthy
  for (const json& source : counted["sources"]) {
    int of_class[2] = {0, 0};
    for (const char* split : {"train", "validation", "test"}) {
      of_class[0] += source["counts"]["malignant"][split].get<int>();
      of_class[1] += source["counts"]["healthy"][split].get<int>();
    }
    images[source["name"]] = {of_class[0], of_class[1]};
  }
  EXPECT_EQ(images["fold_0"], std::pair(4, 2));
  EXPECT_EQ(images["fold_1"], std::pair(4, 2));
  EXPECT_EQ(images["fold_2"], std::pair(2, 2));
  EXPECT_EQ(images["preliminary"], std::pair(3, 2));
  EXPECT_EQ(counted["counts"]["malignant"]["test"], 3);
  EXPECT_EQ(counted["counts"]["healthy"]["test"], 2);
  EXPECT_EQ(counted["unlabelled"], 3);
  EXPECT_EQ(counted["sources"].back()["name"], "final");
  EXPECT_EQ(counted["sources"].back()["unlabelled"], 3);
  EXPECT_EQ(counted["groups"].size(), 11U);
}

TEST(Cnmc, MayValidateOnAFold) {
  const fs::path folder = fresh_folder();
  write_cnmc(folder / "data");
  const json counted =
      dataset_json(folder, {kExperiments + "/cnmc.toml", "--set", cnmc_root(folder / "data"), "--set",
                            "dataset.source.fold_2.split=validation", "--set", "dataset.near_copies=keep"});
  EXPECT_EQ(counted["counts"]["malignant"], (json{{"train", 8}, {"validation", 2}, {"test", 3}}));
  EXPECT_EQ(counted["counts"]["healthy"], (json{{"train", 4}, {"validation", 2}, {"test", 2}}));
}

TEST(Cnmc, SaysWhereItsDataBelong) {
  const fs::path folder = fresh_folder();
  for (const char* command : {"check", "dataset"}) {
    const Outcome outcome = run_runner({command, kExperiments + "/cnmc.toml", "--set", cnmc_root(folder / "nowhere")},
                                       folder, with_cache());
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_TRUE(contains(outcome.err, "dataset.root: there is no folder " + (folder / "nowhere").string() +
                                          "; unpack or link the data there, so that it holds "
                                          "C-NMC_training_data/fold_0, "))
        << outcome.err;
    EXPECT_TRUE(contains(outcome.err, "--set dataset.root=FOLDER")) << outcome.err;
  }
}

TEST(Cnmc, TakesAFlatFolderInsteadOfTheLayout) {
  const fs::path folder = fresh_folder();
  write_cnmc(folder / "data");
  const json counted = dataset_json(
      folder, {kExperiments + "/cnmc.toml", "--set", "dataset.path=" + (folder / "data/C-NMC_training_data").string(),
               "--set", "dataset.near_copies=keep"});
  EXPECT_EQ(counted["images"], 16);
  EXPECT_EQ(counted["sources"].size(), 1U);
}

TEST(DatasetCommand, ShowsSourcesClassesSplitsAndGroups) {
  const fs::path folder = fresh_folder();
  write_cnmc(folder / "data");
  const Outcome outcome = dataset(folder, {kExperiments + "/cnmc.toml", "--set", cnmc_root(folder / "data"), "--set",
                                           "dataset.near_copies=keep", "--groups"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  for (const char* part :
       {"images of    class                train  validation  test  together", "preliminary  healthy", "malignant (+)",
        "for prediction only", "all sources", "largest group", "57 (2 images, 9.5 % of all)"}) {
    EXPECT_TRUE(contains(outcome.out, part)) << part << "\nis not in\n" << outcome.out;
  }
  const std::size_t patient = outcome.out.find("H49");
  ASSERT_NE(patient, std::string::npos) << outcome.out;
  const std::size_t start = outcome.out.rfind('\n', patient) + 1;
  const std::string line = outcome.out.substr(start, outcome.out.find('\n', patient) - start);
  EXPECT_TRUE(line.starts_with("test ") && line.ends_with(" 2  preliminary")) << line;
}

TEST(DatasetCommand, WritesASplitThatReadsBack) {
  const fs::path folder = fresh_folder();
  write_small_experiment(folder);
  const Outcome outcome = dataset(folder, {"experiment.toml", "--manifest", "split.csv", "--json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const json written = json::parse(outcome.out, nullptr, false);
  EXPECT_TRUE(contains(outcome.err,
                       "--set dataset.path=split.csv --set dataset.split=split --set "
                       "dataset.group.column=group"))
      << outcome.err;
  const json read = dataset_json(folder, {"experiment.toml", "--set", "dataset.path=split.csv", "--set",
                                          "dataset.split=split", "--set", "dataset.group.column=group"});
  EXPECT_EQ(read["split_fingerprint"], written["split_fingerprint"]);
  EXPECT_EQ(read["fingerprint"], written["fingerprint"]);
  const auto split_of_group = [](const json& groups) {
    std::map<std::string, std::string> splits;
    for (const json& group : groups) splits[group["name"]] = group["split"];
    return splits;
  };
  EXPECT_EQ(split_of_group(read["groups"]), split_of_group(written["groups"]));
  EXPECT_EQ(read["groups"].size(), 12U);
}

TEST(DatasetCommand, DrawsASheet) {
  const fs::path folder = fresh_folder();
  write_small_experiment(folder);
  const Outcome outcome =
      dataset(folder, {"experiment.toml", "--sheet", "sheet.png", "--samples", "2", "--views", "3"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const std::string png = text_of(folder / "sheet.png");
  ASSERT_GT(png.size(), 24U);
  EXPECT_EQ(png.substr(1, 3), "PNG");
  const auto number = [&](std::size_t at) {
    unsigned value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value * 256 + static_cast<unsigned char>(png[at + i]);
    return value;
  };
  // Five columns; two classes with two samples each, and two augmentations: six rows in three sections.
  EXPECT_EQ(number(16), 2U * 18 + 5 * 174 - 6);
  EXPECT_EQ(number(20), 2U * 18 + 3 * (34 + 20) + 6 * (20 + 168 + 6));
}

TEST(DatasetCommand, ReplacesNoFile) {
  const fs::path folder = fresh_folder();
  write_small_experiment(folder);
  for (const char* option : {"--manifest", "--sheet"}) {
    std::ofstream(folder / "result") << "precious";
    const Outcome outcome = dataset(folder, {"experiment.toml", option, "result"});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_TRUE(contains(outcome.err, std::string(option) + ": result exists already")) << outcome.err;
    EXPECT_EQ(text_of(folder / "result"), "precious");
  }
}

TEST(DatasetCommand, NeedsASheetForItsOptions) {
  const fs::path folder = fresh_folder();
  write_small_experiment(folder);
  EXPECT_EQ(dataset(folder, {"experiment.toml", "--views", "3"}).exit_code, 2);
  EXPECT_EQ(dataset(folder, {"experiment.toml", "--sheet", "x.png", "--views", "0"}).exit_code, 2);
}

TEST(DatasetCommand, StopsAtCtrlC) {
  const fs::path folder = fresh_folder();
  write_small_experiment(folder);
  // A set that takes minutes to draw, in a cache of its own.
  RunnerProcess process(
      {"dataset", "experiment.toml", "--set", "dataset.demo.images=20000", "--set", "dataset.demo.size=512"}, folder,
      {{"ASSAY_CACHE", (folder / "cache").string()}});
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!fs::exists(folder / "cache") && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  process.send(SIGINT);
  EXPECT_EQ(process.wait().exit_code, 130);
}

}  // namespace
}  // namespace assay
