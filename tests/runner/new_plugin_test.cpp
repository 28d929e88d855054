// plugins new: a project of each kind, and what it refuses. That the projects build, pass and run is tested from an
// installation (tests/install); here, that they hold what the tutorials show.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>

#include "runner_process.h"
#include "texts.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kKinds = {"augmentation", "sampler", "backbone", "head"};

TEST(NewPlugin, IsAProjectUnderItsOwnName) {
  const fs::path folder = fresh_folder();
  for (const std::string& kind : kKinds) {
    const Outcome outcome = run_runner({"plugins", "new", kind, "my_own_" + kind, "--into", "a/b"}, folder);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    const fs::path project = folder / "a/b" / ("my_own_" + kind);
    for (const std::string file : {"CMakeLists.txt", "CMakePresets.json", "README.md", ".gitignore", ".clang-format"}) {
      EXPECT_TRUE(fs::exists(project / file)) << kind << " " << file;
    }
    for (const std::string ending : {".h", ".cpp", "_test.cpp", ".toml"}) {
      EXPECT_TRUE(fs::exists(project / ("my_own_" + kind + ending))) << kind << " " << ending;
    }
  }
}

TEST(NewPlugin, KeepsNothingOfTheTemplatesNames) {
  const fs::path folder = fresh_folder();
  for (const std::string& kind : kKinds) {
    ASSERT_EQ(run_runner({"plugins", "new", kind, "colour_shift2_" + kind}, folder).exit_code, 0);
    for (const auto& entry : fs::directory_iterator(folder / ("colour_shift2_" + kind))) {
      const std::string text = text_of(entry.path());
      EXPECT_FALSE(contains(entry.path().filename().string(), "my_")) << entry.path();
      for (const char* leftover : {"my_", "MyA", "MyS", "MyB", "MyH", "@PREFIX@"}) {
        EXPECT_FALSE(contains(text, leftover)) << entry.path() << " " << leftover;
      }
    }
  }
  EXPECT_TRUE(
      contains(text_of(folder / "colour_shift2_sampler/colour_shift2_sampler.h"), "class ColourShift2Sampler :"));
  const std::string prefix = fs::path(ASSAY_RUNNER).parent_path().parent_path();
  EXPECT_TRUE(contains(text_of(folder / "colour_shift2_head/CMakePresets.json"), "\"" + prefix + "/lib/cmake/Assay\""));
  EXPECT_TRUE(contains(text_of(folder / "colour_shift2_head/README.md"), prefix + "/bin/runner check"));
}

TEST(NewPlugin, RefusesWhatIsNoName) {
  const fs::path folder = fresh_folder();
  for (const std::string& name :
       {std::string(), std::string("Zoom"), std::string("2zoom"), std::string("zoom-in"), std::string("zoom__in"),
        std::string("_zoom"), std::string("zoom_"), std::string("../zoom"), std::string(61, 'z')}) {
    const Outcome outcome = run_runner({"plugins", "new", "head", name}, folder);
    EXPECT_EQ(outcome.exit_code, 2) << name;
    EXPECT_TRUE(contains(outcome.err, "'" + name + "' can't name a plugin")) << outcome.err;
  }
  EXPECT_TRUE(fs::is_empty(folder));
}

TEST(NewPlugin, RefusesWhatIsNoKind) {
  const Outcome outcome = run_runner({"plugins", "new", "loss", "focal"}, fresh_folder());
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_TRUE(contains(outcome.err, "augmentation")) << outcome.err;
}

TEST(NewPlugin, RefusesTheNameOfAPluginOfItsKindOnly) {
  const fs::path folder = fresh_folder();
  const Outcome outcome = run_runner({"plugins", "new", "augmentation", "crop"}, folder);
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_TRUE(contains(outcome.err, "the name 'crop' is taken by the augmentation " ASSAY_PLUGIN_DIR "/crop.so"))
      << outcome.err;
  EXPECT_TRUE(fs::is_empty(folder));
  EXPECT_EQ(run_runner({"plugins", "new", "head", "crop"}, folder).exit_code, 0);
}

TEST(NewPlugin, OverwritesNothing) {
  const fs::path folder = fresh_folder();
  fs::create_directories(folder / "zoom");
  ASSERT_EQ(run_runner({"plugins", "new", "augmentation", "zoom"}, folder).exit_code, 0)
      << "an empty folder may be filled";
  std::ofstream(folder / "zoom/zoom.cpp") << "mine";
  const Outcome again = run_runner({"plugins", "new", "augmentation", "zoom"}, folder);
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_TRUE(contains(again.err, "zoom exists, and nothing is overwritten")) << again.err;
  EXPECT_EQ(text_of(folder / "zoom/zoom.cpp"), "mine");
}

TEST(NewPlugin, TellsAFolderThatCantBeMade) {
  const fs::path folder = fresh_folder();
  std::ofstream(folder / "file") << "x";
  const Outcome outcome = run_runner({"plugins", "new", "head", "gem", "--into", "file/below"}, folder);
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_TRUE(contains(outcome.err, "can't make the folder file/below/gem: Not a directory")) << outcome.err;
}

TEST(NewPlugin, PrintsCommandsThatAShellTakes) {
  const fs::path folder = fresh_folder();
  const Outcome outcome = run_runner({"plugins", "new", "head", "gem", "--into", "it's mine"}, folder);
  EXPECT_TRUE(contains(outcome.out, "cd 'it'\\''s mine/gem'\n")) << outcome.out;
}

TEST(NewPlugin, TellsThatItsTemplatesAreMissing) {
  const fs::path folder = fresh_folder();
  fs::create_directories(folder / "bin");
  fs::copy_file(ASSAY_RUNNER, folder / "bin/runner");
  const std::string libraries = fs::path(ASSAY_RUNNER).parent_path().parent_path() / "lib";
  const int status = std::system(
      ("cd '" + folder.string() + "' && LD_LIBRARY_PATH='" + libraries + "' bin/runner plugins new head gem 2> told")
          .c_str());
  EXPECT_EQ(WEXITSTATUS(status), 1);
  EXPECT_TRUE(contains(text_of(folder / "told"), (folder / "share/assay/templates/head").string()));
}

/// The texts between ```cpp and ```.
std::vector<std::string> cpp_blocks(const std::string& markdown) {
  std::vector<std::string> blocks;
  const std::string fence = "```cpp\n";
  for (std::size_t at = markdown.find(fence); at != std::string::npos; at = markdown.find(fence, at)) {
    at += fence.size();
    blocks.push_back(markdown.substr(at, markdown.find("```", at) - at));
  }
  return blocks;
}

TEST(Tutorials, ShowTheCodeThatTheirFirstCommandWrites) {
  for (const std::string& kind : kKinds) {
    const std::string tutorial = text_of(fs::path(ASSAY_SOURCE_DIR) / "docs/tutorials" / (kind + ".md"));
    std::smatch name;
    ASSERT_TRUE(std::regex_search(tutorial, name, std::regex("runner plugins new " + kind + " (\\w+)\n"))) << kind;
    const fs::path folder = fresh_folder();
    ASSERT_EQ(run_runner({"plugins", "new", kind, name[1]}, folder).exit_code, 0);
    std::string written;
    for (const auto& entry : fs::directory_iterator(folder / name[1].str())) written += text_of(entry.path());
    const std::vector<std::string> blocks = cpp_blocks(tutorial);
    EXPECT_GE(blocks.size(), 4U) << kind;
    for (const std::string& block : blocks) EXPECT_TRUE(contains(written, block)) << kind << ":\n" << block;
  }
}

}  // namespace
}  // namespace assay
