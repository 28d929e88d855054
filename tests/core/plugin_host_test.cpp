#include "assay/plugin_host.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "texts.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

fs::path faulty(const std::string& name) { return fs::path(ASSAY_FAULTY_PLUGIN_DIR) / (name + ".so"); }

PluginDescription description_of(const std::string& name) {
  return read_description(fs::path(ASSAY_FAULTY_PLUGIN_DIR) / (name + ".plugin.toml"));
}

/// A plugin whose build wrote no description, since describing it would fail.
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

/// This program's build id with one field changed.
std::string host_with(const std::string& field, const std::string& value) {
  return std::string(ASSAY_BUILD_ID) + ";" + field + "=" + value;
}

/// What a file of these bytes is refused with, but for its name at the front.
std::string refusal_of_bytes(const std::string& name, const std::string& bytes) {
  const fs::path file = fs::path(testing::TempDir()) / (name + ".so");
  std::ofstream(file, std::ios::binary) << bytes;
  const std::string text = creating({"sampler", name, "1.0.0", "", {}, file});
  const std::string front = "sampler '" + name + "' (" + file.string() + ") can't be opened: it ";
  const std::size_t at = text.find(front);
  return at == std::string::npos ? text : text.substr(at + front.size());
}

std::string bytes_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream bytes;
  bytes << stream.rdbuf();
  return bytes.str();
}

TEST(PluginHost, TellsAFileThatIsNoLibrary) {
  EXPECT_EQ(refusal_of_bytes("not_a_library", "this is a text\n"),
            "is no library: it doesn't begin as one (ELF); give the plugin's .so");
}

TEST(PluginHost, TellsAnEmptyFile) {
  EXPECT_EQ(refusal_of_bytes("empty", ""), "is empty: it was not linked to its end; build it again");
}

TEST(PluginHost, TellsALibraryThatIsCutShort) {
  const std::string whole = bytes_of(faulty("throws"));
  const std::string size = std::to_string(whole.size());
  EXPECT_EQ(refusal_of_bytes("header_only", whole.substr(0, 40)), "is cut short at 40 bytes; build or copy it again");
  EXPECT_EQ(
      refusal_of_bytes("half", whole.substr(0, whole.size() / 2)),
      "is cut short: it has " + std::to_string(whole.size() / 2) + " of " + size + " bytes; build or copy it again");
  EXPECT_EQ(
      refusal_of_bytes("last_byte", whole.substr(0, whole.size() - 1)),
      "is cut short: it has " + std::to_string(whole.size() - 1) + " of " + size + " bytes; build or copy it again");
}

// elf(5): e_machine is the 16-bit number at byte 18, 183 for AArch64 and 62 for x86-64; byte 4 is 1 for 32 bits.
TEST(PluginHost, TellsALibraryOfAnotherProcessor) {
  std::string bytes = bytes_of(faulty("throws"));
  const bool other_is_arm = bytes[18] == 62;
  bytes[18] = static_cast<char>(other_is_arm ? 183 : 62);
  const std::string other = other_is_arm ? "AArch64" : "x86-64";
  const std::string ours = other_is_arm ? "x86-64" : "AArch64";
  EXPECT_EQ(refusal_of_bytes("other_machine", bytes),
            "is for " + other + ", this program for " + ours + "; build it on this machine");
  bytes[4] = 1;
  EXPECT_EQ(refusal_of_bytes("of_32_bits", bytes), "is for a 32-bit program; build it for 64 bits");
}

TEST(PluginHost, TellsALibraryThatIsGone) {
  EXPECT_EQ(creating(undescribed("never_built")),
            "error: sampler 'never_built' (" + faulty("never_built").string() +
                ") can't be opened: it isn't there: build it, or take its .plugin.toml away");
}

TEST(PluginHost, TellsAFunctionThatNoLibraryHas) {
  const std::string text = creating(undescribed("undefined_symbol"));
  EXPECT_TRUE(contains(text,
                       "can't be opened: it needs share_of_nobody(double), which no library has: a source file is "
                       "missing from its SOURCES, or it was built with the headers of another version ["))
      << text;
  EXPECT_TRUE(contains(text, "undefined symbol: _Z15share_of_nobodyd]")) << text;
}

TEST(PluginHost, TellsALibraryWithoutTheSymbol) {
  EXPECT_EQ(creating(undescribed("missing_symbol")),
            "error: sampler 'missing_symbol' (" + faulty("missing_symbol").string() +
                ") has no symbol 'assay_plugin': it is no plugin, or ASSAY_PLUGIN is missing from its source");
}

TEST(PluginHost, TellsAnotherMagic) {
  EXPECT_EQ(creating(undescribed("wrong_magic")),
            "error: sampler 'wrong_magic' (" + faulty("wrong_magic").string() +
                ") is no Assay plugin: its symbol 'assay_plugin' holds something else. ASSAY_PLUGIN writes it");
}

TEST(PluginHost, TellsAnotherPluginApi) {
  EXPECT_EQ(creating(undescribed("other_api")), "error: sampler 'other_api' (" + faulty("other_api").string() +
                                                    ") was built for plugin API 1, this program has " +
                                                    std::to_string(plugin_api) +
                                                    ". Build it again with this version's headers");
}

TEST(PluginHost, NamesEveryFieldOfAnotherBuildWithBothValues) {
  const std::string text = message_of(
      [] { open_plugin(description_of("other_build"), "compiler=g++ 12;debug=off;torch=2.13.0;OpenCV=4.6.0"); });
  EXPECT_EQ(text, "error: sampler 'other_build' (" + faulty("other_build").string() +
                      ") was built for compiler g++ 9, this program has g++ 12; debug on, this program has off; torch "
                      "2.11.0, this program has 2.13.0. Build it again as this program was: cmake --build <its build "
                      "folder>");
}

TEST(PluginHost, NamesWhatAgreesBesideWhatDiffers) {
  const std::string text =
      message_of([] { open_plugin(description_of("other_build"), "compiler=g++ 9;debug=on;torch=2.13.0"); });
  EXPECT_TRUE(contains(text, "was built for torch 2.11.0, this program has 2.13.0; the same: compiler, debug."))
      << text;
}

TEST(PluginHost, TellsAnotherTorchOnlyWhereBothUseIt) {
  const std::string ours = host_with("torch", "2.13.0");
  EXPECT_TRUE(contains(message_of([&] { open_plugin(description_of("other_torch"), ours); }),
                       "was built for torch 2.4.1, this program has 2.13.0; the same: C++, C++ ABI, "));
  EXPECT_NO_THROW(open_plugin(description_of("other_torch"), ASSAY_BUILD_ID));
}

TEST(PluginHost, TellsAnotherCompiler) {
  EXPECT_TRUE(contains(creating(description_of("other_compiler")),
                       std::string("was built for compiler clang++ 7, this program has ") + ASSAY_COMPILER));
}

// The symbols of strings have other names there: the dynamic linker finds none of the framework's.
TEST(PluginHost, TellsAnotherAbiOfStrings) {
  const std::string text = creating(undescribed("other_abi"));
  EXPECT_TRUE(contains(text, "can't be opened: it needs assay::")) << text;
  EXPECT_TRUE(contains(text, "built with the headers of another version")) << text;
  EXPECT_TRUE(contains(message_of([&] {
                         PluginDescription described = undescribed("other_abi");
                         described.build_id = "C++ ABI=0";
                         open_plugin(described, ASSAY_BUILD_ID);
                       }),
                       "was built for C++ ABI 0, this program has 1"));
}

TEST(PluginHost, TellsADebugBuildFromARelease) {
  const std::string ours = ASSAY_DEBUG;
  EXPECT_TRUE(
      contains(creating(description_of("debug_build")),
               "was built for debug " + std::string(ours == "on" ? "off" : "on") + ", this program has " + ours));
}

TEST(PluginHost, ReportsWhatAConstructorThrowsWithThePluginsName) {
  const std::string text = creating(description_of("throws"));
  EXPECT_TRUE(contains(text, "sampler 'throws' (" + faulty("throws").string() + ")")) << text;
  EXPECT_TRUE(contains(text, "no share is good enough")) << text;
}

TEST(PluginHost, LeavesAnInterruptionWhatItIs) { EXPECT_THROW(creating(description_of("interrupted")), Interrupted); }

TEST(PluginHost, ReportsWhatIsNoException) {
  EXPECT_TRUE(contains(creating(description_of("throws_no_exception")), "threw something that is no std::exception"));
}

TEST(PluginHost, ReportsAFactoryThatMakesNothing) {
  EXPECT_TRUE(contains(creating(description_of("makes_nothing")), "made nothing"));
}

TEST(PluginHost, TellsAStaleDescriptionAndWhatDiffers) {
  PluginDescription stale = description_of("throws");
  stale.version = "0.9.0";
  EXPECT_EQ(creating(stale), "error: sampler 'throws' (" + faulty("throws").string() +
                                 ") has a stale description: its .plugin.toml says version 0.9.0, the library has "
                                 "1.0.0. Build it again");
  stale.version = "1.0.0";
  stale.fields.fields.front().maximum = 2;
  EXPECT_TRUE(contains(creating(stale), "has a stale description: its .plugin.toml says its options are others"));
}

TEST(PluginHost, ReadsBackADescriptionAsItWasWritten) {
  const PluginDescription described = describe_library(faulty("throws"));
  EXPECT_EQ(described.name, "throws");
  EXPECT_EQ(described.kind, "sampler");
  EXPECT_EQ(described.fields.fields.front().key, "share");
  EXPECT_EQ(write_description(described), write_description(description_of("throws")));
}

TEST(PluginHost, KnowsWhichPluginsMixPicturesWithoutOpeningThem) {
  EXPECT_TRUE(description_of("pairs_out_of_range").mixes);
  EXPECT_FALSE(description_of("not_finite").mixes) << "an augmentation without has_pairs";
  EXPECT_FALSE(description_of("throws").mixes);
  PluginDescription stale = description_of("throws");
  stale.mixes = true;
  EXPECT_TRUE(contains(creating(stale), "has a stale description: its .plugin.toml says it mixes pictures. Build it"));
}

TEST(PluginHost, RefusesOptionsNamedAsTheFrameworksKeys) {
  const std::string words =
      ") describes options called 'probability', 'id', which are the framework's in every entry of a plugin of this "
      "kind "
      "and never reach it; rename them";
  const std::string library = "error: augmentation 'reserved_keys' (" + faulty("reserved_keys").string();
  EXPECT_EQ(message_of([] { describe_library(faulty("reserved_keys")); }), library + words);
  const PluginDescription undescribed{"augmentation", "reserved_keys", "1.0.0", "", {}, faulty("reserved_keys")};
  EXPECT_EQ(creating(undescribed), library + words);
}

TEST(PluginCatalog, RefusesDescriptionsOfOptionsNamedAsTheFrameworksKeys) {
  const fs::path folder = fs::path(testing::TempDir()) / "reserved";
  fs::create_directories(folder);
  PluginDescription plugin{"backbone", "my_net", "1.0.0", "", {}, {}};
  Field& option = plugin.fields.fields.emplace_back();
  option.key = "freeze";
  option.kinds = {FieldKind::boolean};
  std::ofstream(folder / "my_net.plugin.toml") << write_description(plugin);
  EXPECT_EQ(message_of([&] { PluginCatalog({folder}); }),
            "error: backbone 'my_net' (" + (folder / "my_net.so").string() +
                ") describes an option called 'freeze', which is the framework's in every entry of a plugin of this "
                "kind and never reaches it; rename it");
}

TEST(PluginCatalog, TellsWhatExistsAndWhereItLooked) {
  const PluginCatalog catalog({ASSAY_FAULTY_PLUGIN_DIR, "/nowhere"});
  const std::string text = catalog.unknown("sampler", "throw");
  EXPECT_TRUE(contains(text, "unknown sampler 'throw'; did you mean 'throws'? There are: ")) << text;
  EXPECT_TRUE(contains(catalog.unknown("sampler", "zebra"), "unknown sampler 'zebra'; there are: "));
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
