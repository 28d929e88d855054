#include "assay/plugin_host.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace assay {
namespace {

namespace fs = std::filesystem;

fs::path faulty(const std::string& name) { return fs::path(ASSAY_FAULTY_PLUGIN_DIR) / (name + ".so"); }

PluginDescription description_of(const std::string& name) {
  return read_description(fs::path(ASSAY_FAULTY_PLUGIN_DIR) / (name + ".plugin.toml"));
}

/// The host's build id as the faulty plugins' would be, were they not faulty.
PluginDescription undescribed(const std::string& name) { return {"sampler", name, "1.0.0", "", {}, faulty(name)}; }

template <class Action>
std::string message_of(Action action) {
  try {
    action();
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "nothing was thrown";
}

std::string creating(const PluginDescription& description) {
  return message_of([&] { create_from_plugin(description, ASSAY_BUILD_ID, Node{Node::Table{}, {}}); });
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(PluginHost, NamesEveryFieldOfAnotherBuildWithBothValues) {
  const std::string text = message_of(
      [] { open_plugin(description_of("other_build"), "compiler=g++ 12;debug=off;torch=2.13.0;OpenCV=4.6.0"); });
  EXPECT_TRUE(contains(text, faulty("other_build").string())) << text;
  EXPECT_TRUE(contains(text, "compiler g++ 9, this program has g++ 12")) << text;
  EXPECT_TRUE(contains(text, "debug on, this program has off")) << text;
  EXPECT_TRUE(contains(text, "torch 2.11.0, this program has 2.13.0")) << text;
  EXPECT_FALSE(contains(text, "OpenCV")) << text;  // the plugin doesn't use it
}

TEST(PluginHost, TellsALibraryWithoutTheSymbol) {
  EXPECT_TRUE(contains(creating(undescribed("missing_symbol")), "has no symbol 'assay_plugin'"));
}

TEST(PluginHost, TellsAnotherMagic) {
  EXPECT_TRUE(contains(creating(undescribed("wrong_magic")), "is no Assay plugin"));
}

TEST(PluginHost, TellsAFileThatIsNoLibrary) {
  const fs::path file = fs::path(testing::TempDir()) / "not_a_library.so";
  std::ofstream(file) << "this is a text\n";
  const std::string text = creating({"sampler", "not_a_library", "1.0.0", "", {}, file});
  EXPECT_TRUE(contains(text, file.string() + " can't be opened")) << text;
}

TEST(PluginHost, TellsALibraryThatIsGone) {
  EXPECT_TRUE(contains(creating(undescribed("never_built")), "never_built.so can't be opened"));
}

TEST(PluginHost, ReportsWhatAConstructorThrowsWithThePluginsName) {
  const std::string text = creating(description_of("throws"));
  EXPECT_TRUE(contains(text, "sampler 'throws' (" + faulty("throws").string() + ")")) << text;
  EXPECT_TRUE(contains(text, "no share is good enough")) << text;
}

TEST(PluginHost, ReportsWhatIsNoException) {
  EXPECT_TRUE(contains(creating(description_of("throws_no_exception")), "threw something that is no std::exception"));
}

TEST(PluginHost, ReportsAFactoryThatMakesNothing) {
  EXPECT_TRUE(contains(creating(description_of("makes_nothing")), "made nothing"));
}

TEST(PluginHost, TellsAStaleDescription) {
  PluginDescription stale = description_of("throws");
  stale.fields.fields.front().maximum = 2;
  EXPECT_TRUE(contains(creating(stale), "has a stale description"));
}

TEST(PluginHost, ReadsBackADescriptionAsItWasWritten) {
  const PluginDescription described = describe_library(faulty("throws"));
  EXPECT_EQ(described.name, "throws");
  EXPECT_EQ(described.kind, "sampler");
  EXPECT_EQ(described.fields.fields.front().key, "share");
  EXPECT_EQ(write_description(described), write_description(description_of("throws")));
}

TEST(PluginCatalog, TellsWhatExistsAndWhereItLooked) {
  const PluginCatalog catalog({ASSAY_FAULTY_PLUGIN_DIR, "/nowhere"});
  const std::string text = catalog.unknown("sampler", "throw");
  EXPECT_TRUE(contains(text, "unknown sampler 'throw'; did you mean 'throws'?")) << text;
  EXPECT_TRUE(contains(text, "makes_nothing")) << text;
  EXPECT_TRUE(contains(text, std::string("looked in ") + ASSAY_FAULTY_PLUGIN_DIR + ", /nowhere")) << text;
}

TEST(PluginCatalog, RefusesTwoPluginsOfOneName) {
  const fs::path folder = fs::path(testing::TempDir()) / "duplicate";
  fs::create_directories(folder);
  fs::copy_file(fs::path(ASSAY_FAULTY_PLUGIN_DIR) / "throws.plugin.toml", folder / "throws.plugin.toml",
                fs::copy_options::overwrite_existing);
  const std::string text = message_of([&] { PluginCatalog({ASSAY_FAULTY_PLUGIN_DIR, folder}); });
  EXPECT_TRUE(contains(text, "two plugins are called sampler 'throws'")) << text;
  EXPECT_TRUE(contains(text, (folder / "throws.so").string())) << text;
}

TEST(PluginCatalog, RefusesADescriptionThatIsNone) {
  const fs::path folder = fs::path(testing::TempDir()) / "no_description";
  fs::create_directories(folder);
  std::ofstream(folder / "x.plugin.toml") << "kind = 3\n";
  EXPECT_TRUE(contains(message_of([&] { PluginCatalog({folder}); }), "x.plugin.toml"));
}

}  // namespace
}  // namespace assay
