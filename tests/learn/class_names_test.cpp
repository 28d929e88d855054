#include "class_names.h"

#include <gtest/gtest.h>

#include <fstream>

#include "assay/error.h"
#include "tiny_training.h"

namespace assay {
namespace {

const std::vector<std::string> kRun{"healthy", "malignant"};
const ClassNames kOfRun{{"healthy", {"benign"}}, {"malignant", {"early", "pre"}}};

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "nothing was refused";
}

TEST(ClassTranslation, KnowsTheRunsOwnNamesAndClasses) {
  const ClassTranslation translation(kRun, {}, kOfRun);
  EXPECT_EQ(translation.indices_of({"benign", "pre", "malignant"}), (std::vector<std::int64_t>{0, 1, 1}));
}

TEST(ClassTranslation, TakesWhatIsGivenInsteadOfTheRunsNames) {
  const ClassTranslation translation(kRun, {{"malignant", {"blast"}}}, kOfRun);
  EXPECT_EQ(translation.indices_of({"healthy", "blast"}), (std::vector<std::int64_t>{0, 1}));
  EXPECT_NE(refusal([&] { translation.indices_of({"benign"}); }).find("the classes benign are none"),
            std::string::npos);
}

TEST(ClassTranslation, RefusesAnUnknownClassAndANameOfTwo) {
  EXPECT_NE(refusal([] {
              ClassTranslation(kRun, {{"helthy", {"a"}}}, {});
            }).find("did you mean 'healthy'?"),
            std::string::npos);
  EXPECT_NE(refusal([] {
              ClassTranslation(kRun, {{"healthy", {"a"}}, {"malignant", {"a"}}}, {});
            }).find("'a' is given to both 'healthy' and 'malignant'"),
            std::string::npos);
}

TEST(ClassTranslation, RefusesAFolderOfWhichItKnowsOnlyAPart) {
  const testing::TemporaryFolder folder;
  for (const char* name : {"P1/early/1.png", "P1/pro/1.BMP", "P2/benign/1.png"}) {
    std::filesystem::create_directories((folder.path() / name).parent_path());
    std::ofstream(folder.path() / name) << "x";
  }
  const ClassTranslation translation(kRun, {}, kOfRun);
  const std::string text = refusal([&] { translation.rule_for_folder(folder.path()); });
  EXPECT_NE(text.find("images in P1/pro are of none of the run's classes (healthy, malignant)"), std::string::npos)
      << text;
  EXPECT_NE(text.find("--classes healthy=NAME[,NAME] malignant=NAME[,NAME]"), std::string::npos) << text;
  const ClassTranslation whole(kRun, {{"malignant", {"early", "pro"}}, {"healthy", {"benign"}}}, {});
  EXPECT_EQ(whole.rule_for_folder(folder.path()),
            (ClassNames{{"healthy", {"benign"}}, {"malignant", {"early", "pro"}}}));
}

TEST(ClassTranslation, FindsTheFoldersOfClassesHoweverDeepTheyLie) {
  const testing::TemporaryFolder folder;
  for (const char* name : {"lab/P1/early/1.png", "lab/P2/benign/1.png", "lab/notes/read.me"}) {
    std::filesystem::create_directories((folder.path() / name).parent_path());
    std::ofstream(folder.path() / name) << "x";
  }
  const ClassTranslation translation(kRun, {}, kOfRun);
  EXPECT_EQ(translation.rule_for_folder(folder.path()),
            (ClassNames{{"healthy", {"benign"}}, {"malignant", {"early"}}}));
  const std::string unknown = refusal([&] { translation.rule_for_folder(folder.path() / "lab/notes"); });
  EXPECT_NE(unknown.find("has no folder with images in it"), std::string::npos) << unknown;
}

}  // namespace
}  // namespace assay
