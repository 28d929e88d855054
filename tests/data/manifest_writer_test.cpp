// The split as a CSV that reads back to the same split.
#include "manifest_writer.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>

#include "assay/csv.h"
#include "assay/error.h"
#include "data/temporary_folder.h"
#include "data/test_images.h"
#include "new_file.h"
#include "texts.h"

namespace assay::data {
namespace {

namespace fs = std::filesystem;
using test::small_image;
using test::TemporaryFolder;

/// Two sources: a folder of patients with awkward names, and a manifest with a further column; and one for prediction.
DatasetOptions write_places(const TemporaryFolder& folder) {
  std::uint32_t seed = 1;
  for (int patient = 1; patient <= 8; ++patient) {
    for (const char* class_name : {"all", "hem"}) {
      folder.write(std::string("cells/") + class_name + "/p" + std::to_string(patient) + "_a, \"b\"\nc.png",
                   small_image(seed++));
    }
  }
  folder.write("cells/all/p3_copy.png", small_image(1));  // of patient 1
  std::string rows = "path,label,group,site,label_of\n";
  for (int i = 1; i <= 4; ++i) {
    folder.write("more/" + std::to_string(i) + ".png", small_image(seed++));
    rows +=
        "more/" + std::to_string(i) + ".png," + (i % 2 == 0 ? "all" : "hem") + ",q" + std::to_string(i) + ",Bonn,x\n";
  }
  folder.write("more.csv", rows);
  folder.write("new/1.png", small_image(seed++));
  DatasetOptions options;
  options.classes = {{"malignant", {"all"}}, {"healthy", {"hem"}}};
  options.source.resize(3);
  options.source[0].path = (folder.path() / "cells").string();
  options.source[0].group = GroupOptions{"p(\\d+)_", {}, {}, {}};
  options.source[1].path = (folder.path() / "more.csv").string();
  options.source[2].path = (folder.path() / "new").string();
  options.source[2].split = "none";
  return options;
}

DatasetOptions reading(const fs::path& manifest, const DatasetOptions& original) {
  DatasetOptions options;
  options.path = manifest.string();
  options.classes = original.classes;
  options.split = "split";
  options.group = GroupOptions{{}, "group", {}, {}};
  return options;
}

std::vector<CsvRow> rows_of(const fs::path& file) { return parse_csv(text_of(file), file.string()); }

TEST(WrittenManifest, ReadsBackToTheSameSplitFromAnyFolder) {
  const TemporaryFolder folder;
  const TemporaryFolder elsewhere;
  const DatasetOptions options = write_places(folder);
  const Dataset dataset = open_dataset(options, "");
  for (const fs::path& file : {folder.path() / "split.csv", elsewhere.path() / "split.csv"}) {
    write_manifest(dataset, file);
    const Dataset again = open_dataset(reading(file, options), "");
    EXPECT_EQ(again.split_fingerprint, dataset.split_fingerprint) << file;
    EXPECT_EQ(again.fingerprint, dataset.fingerprint) << file;
    EXPECT_EQ(again.classes, dataset.classes);
    EXPECT_EQ(again.groups, dataset.groups);
    EXPECT_EQ(again.unlabelled.size(), 1U);
    EXPECT_EQ(again.columns, (std::vector<std::string>{"label_of", "site", "source"}));
  }
}

TEST(WrittenManifest, HasPathsThatMoveWithTheirFolder) {
  const TemporaryFolder folder;
  const DatasetOptions options = write_places(folder);
  const Dataset dataset = open_dataset(options, "");
  write_manifest(dataset, folder.path() / "split.csv");
  const TemporaryFolder moved;
  fs::copy(folder.path(), moved.path(), fs::copy_options::recursive);
  fs::remove_all(folder.path() / "cells");
  EXPECT_EQ(open_dataset(reading(moved.path() / "split.csv", options), "").split_fingerprint,
            dataset.split_fingerprint);
}

TEST(WrittenManifest, HasAbsolutePathsToImagesElsewhere) {
  const TemporaryFolder folder;
  const TemporaryFolder elsewhere;
  write_manifest(open_dataset(write_places(folder), ""), elsewhere.path() / "split.csv");
  const std::vector<CsvRow> rows = rows_of(elsewhere.path() / "split.csv");
  EXPECT_EQ(rows.front().fields,
            (std::vector<std::string>{"path", "label", "group", "split", "source", "label_of", "site", "xxh3_128"}));
  EXPECT_EQ(rows.size(), 1U + 17 + 4 + 1);
  EXPECT_TRUE(std::ranges::all_of(rows.begin() + 1, rows.end(),
                                  [](const CsvRow& row) { return fs::path(row.fields[0]).is_absolute(); }));
  const auto unlabelled = std::ranges::find_if(rows, [](const CsvRow& row) { return row.fields[3] == "none"; });
  ASSERT_NE(unlabelled, rows.end());
  EXPECT_EQ(unlabelled->fields[1] + unlabelled->fields[2], "");
}

TEST(WrittenManifest, GivesColumnsWithTakenNamesAnother) {
  const TemporaryFolder folder;
  write_places(folder);
  std::string text = text_of(folder.path() / "more.csv");
  text.replace(text.find("site"), 4, "split");
  text.replace(text.find("label_of"), 8, "given_split");
  folder.write("more.csv", text);
  DatasetOptions options;
  options.path = (folder.path() / "more.csv").string();
  for (int i = 5; i <= 9; ++i) {
    folder.write("more/" + std::to_string(i) + ".png", small_image(100U + static_cast<unsigned>(i)));
    text +=
        "more/" + std::to_string(i) + ".png," + (i % 2 == 0 ? "all" : "hem") + ",q" + std::to_string(i) + ",Bonn,x\n";
  }
  folder.write("more.csv", text);
  write_manifest(open_dataset(options, ""), folder.path() / "split.csv");
  EXPECT_EQ(
      rows_of(folder.path() / "split.csv").front().fields,
      (std::vector<std::string>{"path", "label", "group", "split", "given_split", "given_given_split", "xxh3_128"}));
}

TEST(WrittenManifest, ReplacesNothing) {
  const TemporaryFolder folder;
  const Dataset dataset = open_dataset(write_places(folder), "");
  folder.write("split.csv", "precious");
  EXPECT_THROW(write_manifest(dataset, folder.path() / "split.csv"), InvalidInput);
  EXPECT_EQ(text_of(folder.path() / "split.csv"), "precious");
}

TEST(NewFile, TellsWhyItCantBeWritten) {
  const TemporaryFolder folder;
  try {
    write_new_file(folder.path() / "none/x.csv", "x");
    FAIL() << "a file was written into a folder that isn't there";
  } catch (const Failure& problem) {
    EXPECT_NE(std::string(problem.what()).find("none/x.csv can't be written: No such file or directory"),
              std::string::npos)
        << problem.what();
  }
}

/// No file may grow beyond a few bytes while this lives: what a full disk does to a writer.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) {
    previous_handler_ = std::signal(SIGXFSZ, SIG_IGN);  // the write fails instead of ending the process
    ::getrlimit(RLIMIT_FSIZE, &previous_);
    const rlimit small{bytes, previous_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &previous_);
    std::signal(SIGXFSZ, previous_handler_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  rlimit previous_{};
  void (*previous_handler_)(int) = nullptr;
};

TEST(NewFile, LeavesNothingBehindWhenTheDiskIsFull) {
  const TemporaryFolder folder;
  {
    const SmallDisk disk(10);
    EXPECT_THROW(write_new_file(folder.path() / "x.csv", std::string(100, 'x')), Failure);
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(NewFile, IsWholeOrNotThereWhenItsWriterIsKilled) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "x.csv";
  const auto die_in_the_middle = [&] {
    const SmallDisk disk(10);
    std::signal(SIGXFSZ, SIG_DFL);
    write_new_file(file, std::string(100, 'x'));
  };
  EXPECT_EXIT(die_in_the_middle(), testing::KilledBySignal(SIGXFSZ), "");
  EXPECT_FALSE(fs::exists(file));
  write_new_file(file, "whole");
  EXPECT_EQ(text_of(file), "whole");
  EXPECT_THROW(write_new_file(file, "other"), InvalidInput);
  EXPECT_EQ(text_of(file), "whole");
}

}  // namespace
}  // namespace assay::data
