#include "assay/plugin_stage.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace assay {
namespace {

const PluginName& turner() { return plugin_name("augmentation", "turner", "/lib/turner.so"); }

template <class Thrown>
std::string failure_of(const PluginWork& work, Thrown thrown) {
  try {
    in_plugin(turner(), "sample", work, [&] { throw thrown; });
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "";
}

TEST(InPlugin, NamesPluginStageAndSampleOfAnException) {
  EXPECT_EQ(
      failure_of({"hem/a.png", 1, 3, 1}, std::runtime_error("out of ideas")),
      "augmentation 'turner' (/lib/turner.so) failed in its stage 'sample' on hem/a.png (epoch 3, draw 1): out of "
      "ideas");
  EXPECT_EQ(
      failure_of({"hem/a.png", 32}, std::runtime_error("out of ideas")),
      "augmentation 'turner' (/lib/turner.so) failed in its stage 'sample' on 32 samples from hem/a.png on: out of "
      "ideas");
}

TEST(InPlugin, NamesWhoThrewWhatIsNoException) {
  EXPECT_EQ(
      failure_of({.epoch = 2}, 7),
      "augmentation 'turner' (/lib/turner.so) failed in its stage 'sample' (epoch 2): it threw something that is no "
      "std::exception");
}

TEST(InPlugin, LetsAnInterruptThroughAndReturnsTheAnswer) {
  EXPECT_THROW(in_plugin(turner(), "sample", {}, [] { throw Interrupted(2); }), Interrupted);
  EXPECT_EQ(in_plugin(turner(), "sample", {}, [] { return 17; }), 17);
}

TEST(PluginName, IsOneForTheSameWords) {
  EXPECT_EQ(&turner(), &turner());
  EXPECT_NE(&turner(), &plugin_name("augmentation", "turner", "/elsewhere/turner.so"));
}

}  // namespace
}  // namespace assay
