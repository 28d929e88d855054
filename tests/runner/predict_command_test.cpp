// Predictions on many images: into a file that a stopped prediction goes on with, and of K classes.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "runner_process.h"
#include "texts.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class Predict : public ::testing::Test {
 protected:
  void train(const std::string& setting) {
    write_small_experiment(folder_, "epochs = 1\n");
    const Outcome trained = run({"experiment.toml", "--set", setting});
    ASSERT_EQ(trained.exit_code, 0) << trained.err;
    for (const auto& entry : fs::directory_iterator(folder_ / "cache")) {
      if (entry.is_directory() && entry.path().filename().string().starts_with("demo")) demo_ = entry.path();
    }
  }
  Outcome run(const std::vector<std::string>& arguments) {
    return run_runner(arguments, folder_, {{"ASSAY_CACHE", (folder_ / "cache").string()}});
  }

  fs::path folder_ = fresh_folder();
  fs::path demo_;
};

TEST_F(Predict, GoesOnWithAFileWhereItWasStopped) {
  train("seed=1");
  const std::string images = (demo_ / "malignant").string();
  ASSERT_EQ(run({"predict", "1", images, "--out", "whole.csv"}).exit_code, 0);
  const std::string whole = text_of(folder_ / "whole.csv");
  const auto rows = std::count(whole.begin(), whole.end(), '\n');
  EXPECT_GT(rows, 10);
  EXPECT_TRUE(whole.starts_with("path,predicted,probability,positive,threshold,run,bytes,modified_ns,model_sha256\n"));

  // Killed in the middle of a row, a third through.
  std::ofstream(folder_ / "part.csv", std::ios::binary) << whole.substr(0, whole.size() / 3);
  const Outcome rest = run({"predict", "1", images, "--out", "part.csv"});
  EXPECT_EQ(rest.exit_code, 0) << rest.err;
  EXPECT_TRUE(contains(rest.err, "images are predicted already")) << rest.err;
  EXPECT_EQ(text_of(folder_ / "part.csv"), whole) << "to the bit, though other images were predicted together";
  std::ofstream(folder_ / "part.csv", std::ios::binary) << whole.substr(0, 20);
  EXPECT_EQ(run({"predict", "1", images, "--out", "part.csv"}).exit_code, 0);
  EXPECT_EQ(text_of(folder_ / "part.csv"), whole);
  const Outcome nothing_left = run({"predict", "1", images, "--out", "part.csv"});
  EXPECT_TRUE(contains(nothing_left.err, "0 predictions added")) << nothing_left.err;

  // An image that was changed is predicted again, and has one row.
  const fs::path first = demo_ / "malignant" / fs::directory_iterator(demo_ / "malignant")->path().filename();
  fs::last_write_time(first, fs::file_time_type::clock::now());
  EXPECT_TRUE(contains(run({"predict", "1", images, "--out", "part.csv"}).err, "1 prediction added"));
  const std::string changed = text_of(folder_ / "part.csv");
  EXPECT_EQ(std::count(changed.begin(), changed.end(), '\n'), rows);
}

TEST_F(Predict, AddsToNoFileOfAnotherModelOrProgram) {
  train("seed=1");
  train("seed=2");
  const std::string image = fs::directory_iterator(demo_ / "malignant")->path().string();
  ASSERT_EQ(run({"predict", "1", image, "--out", "one.csv"}).exit_code, 0);
  const Outcome other = run({"predict", "2", image, "--out", "one.csv"});
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_TRUE(contains(other.err, "holds predictions of another model")) << other.err;
  std::ofstream(folder_ / "notes.csv") << "a,b\n1,2\n";
  const Outcome foreign = run({"predict", "1", image, "--out", "notes.csv"});
  EXPECT_EQ(foreign.exit_code, 2);
  EXPECT_TRUE(contains(foreign.err, "is not a file that predict wrote")) << foreign.err;
  EXPECT_EQ(text_of(folder_ / "notes.csv"), "a,b\n1,2\n");
  std::ofstream(folder_ / "letter.txt") << "without an end of line";
  EXPECT_EQ(run({"predict", "1", image, "--out", "letter.txt"}).exit_code, 2);
  EXPECT_EQ(text_of(folder_ / "letter.txt"), "without an end of line");
  EXPECT_EQ(run({"predict", "1", image, "--out", "no/such/folder.csv"}).exit_code, 2);
}

TEST_F(Predict, HasOneRowForAnImageHoweverOftenItIsNamed) {
  train("seed=1");
  const std::string image = fs::directory_iterator(demo_ / "malignant")->path().string();
  ASSERT_EQ(run({"predict", "1", image, image, "--out", "one.csv"}).exit_code, 0);
  const std::string once = text_of(folder_ / "one.csv");
  EXPECT_EQ(std::count(once.begin(), once.end(), '\n'), 2) << once;

  // A second row that an earlier program wrote; the file lies behind a link, which stays one.
  std::ofstream(folder_ / "one.csv", std::ios::app) << once.substr(once.find('\n') + 1);
  fs::create_symlink("one.csv", folder_ / "link.csv");
  EXPECT_EQ(run({"predict", "1", image, "--out", "link.csv"}).exit_code, 0);
  EXPECT_EQ(text_of(folder_ / "one.csv"), once);
  EXPECT_TRUE(fs::is_symlink(folder_ / "link.csv"));
}

TEST_F(Predict, MakesNoFileForAModelThatIsNotThere) {
  train("seed=1");
  const std::string image = fs::directory_iterator(demo_ / "malignant")->path().string();
  const Outcome outcome = run({"predict", "nosuch", image, "--out", "x.csv"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_FALSE(contains(outcome.err, "added to")) << outcome.err;
  EXPECT_FALSE(fs::exists(folder_ / "x.csv"));
}

TEST_F(Predict, AddsToNoFileWithAnotherHeading) {
  train("seed=1");
  const std::string image = fs::directory_iterator(demo_ / "malignant")->path().string();
  ASSERT_EQ(run({"predict", "1", image, "--out", "one.csv"}).exit_code, 0);
  std::string text = text_of(folder_ / "one.csv");
  text.replace(text.find("threshold"), 9, "threshole");
  std::ofstream(folder_ / "one.csv", std::ios::binary) << text;
  const Outcome outcome = run({"predict", "1", image, "--out", "one.csv"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_TRUE(contains(outcome.err, "other classes")) << outcome.err;
  EXPECT_EQ(text_of(folder_ / "one.csv"), text);
}

TEST_F(Predict, TakesManifestsAndTheUnlabelledSourcesOfAnExperiment) {
  train("seed=1");
  const std::string image = fs::directory_iterator(demo_ / "healthy")->path().string();
  std::ofstream(folder_ / "list.csv") << "site,path\nDelhi," << image << "\n";
  const Outcome by_name = run({"predict", "1", image, "--csv"});
  const Outcome by_list = run({"predict", "1", "list.csv", "--csv"});
  EXPECT_EQ(by_list.exit_code, 0) << by_list.err;
  EXPECT_EQ(by_list.out, by_name.out);
  std::ofstream(folder_ / "wrong.csv") << "file\n" << image << "\n";
  EXPECT_TRUE(contains(run({"predict", "1", "wrong.csv"}).err, "wrong.csv:1:1: error: no column 'path'"));

  fs::create_directory(folder_ / "final");
  fs::copy_file(image, folder_ / "final/1.png");
  std::ofstream(folder_ / "final.toml") << "[dataset]\npositive = \"malignant\"\n[[dataset.source]]\npath = \""
                                        << demo_.string() << "\"\n[[dataset.source]]\npath = \"final\"\n"
                                        << "split = \"none\"\n[backbone]\nplugin = \"efficientnet\"\n";
  const Outcome of_experiment = run({"predict", "1", "final.toml", "--csv"});
  EXPECT_EQ(of_experiment.exit_code, 0) << of_experiment.err;
  EXPECT_EQ(std::count(of_experiment.out.begin(), of_experiment.out.end(), '\n'), 2) << of_experiment.out;
  EXPECT_TRUE(contains(of_experiment.out, "final/1.png")) << of_experiment.out;
  const Outcome labelled = run({"predict", "1", "experiment.toml"});
  EXPECT_EQ(labelled.exit_code, 2);
  EXPECT_TRUE(contains(labelled.err, "has no source with split = \"none\"")) << labelled.err;
}

TEST_F(Predict, ListsBadImagesBehindTheOthersWithProbabilitiesOfEveryClass) {
  train("head.outputs=2");
  fs::create_directory(folder_ / "images");
  int copied = 0;
  for (const auto& entry : fs::directory_iterator(demo_ / "healthy")) {
    if (copied < 4)
      fs::copy_file(entry.path(), folder_ / "images" / ("\xf0\x9f\x94\xac\n" + std::to_string(copied++) + ".png"));
  }
  std::ofstream(folder_ / "images/a_broken.png") << "no picture";
  std::ofstream(folder_ / "images/z_empty.png");
  const Outcome outcome = run({"predict", "1", "images", "--out", "out.csv"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_TRUE(contains(outcome.err, "2 of 6 images could not be read; the others are predicted")) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "a_broken.png")) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "z_empty.png")) << outcome.err;
  const std::string csv = text_of(folder_ / "out.csv");
  EXPECT_TRUE(contains(csv, ",run,probability_healthy,probability_malignant,bytes,")) << csv;
  EXPECT_TRUE(
      contains(run({"predict", "1", "images", "--out", "out.csv"}).err, "4 images are predicted already, 2 are left"));
  EXPECT_EQ(text_of(folder_ / "out.csv"), csv);
  const Outcome lines = run({"predict", "1", (folder_ / "images").string(), "--json"});
  const json image = json::parse(lines.out.substr(0, lines.out.find('\n')));
  EXPECT_NEAR(image["probabilities"]["healthy"].get<double>() + image["probabilities"]["malignant"].get<double>(), 1.0,
              1e-6);
}

}  // namespace
}  // namespace assay
