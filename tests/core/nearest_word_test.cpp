#include <gtest/gtest.h>

#include "assay/fields.h"

namespace assay {
namespace {

TEST(NearestWord, FindsTypingMistakes) {
  EXPECT_EQ(nearest_word("min_aera", {"min_area", "max_area", "aspect"}), "min_area");
  EXPECT_EQ(nearest_word("epohcs", {"epochs", "batch_size"}), "epochs");
}

TEST(NearestWord, KnowsWhatOtherFrameworksSay) {
  EXPECT_EQ(nearest_word("lr", {"learning_rate", "beta1"}), "learning_rate");
  EXPECT_EQ(nearest_word("wd", {"weight_decay", "beta1"}), "weight_decay");
  EXPECT_EQ(nearest_word("val", {"validation", "test"}), "validation");
  EXPECT_EQ(nearest_word("img_size", {"size", "mean"}), "size");
  EXPECT_EQ(nearest_word("max_epochs", {"epochs", "batch_size"}), "epochs");
  EXPECT_EQ(nearest_word("p", {"plugin", "probability", "id"}), "probability");
  EXPECT_EQ(nearest_word("ColorJitter", {"crop", "brightness_contrast"}), "brightness_contrast");
  EXPECT_EQ(nearest_word("HueSaturationValue", {"crop", "saturation_hue"}), "saturation_hue");
  EXPECT_EQ(nearest_word("limit", {"max_degrees", "clip"}), "max_degrees");
  EXPECT_EQ(nearest_word("size", {"min_area", "max_area", "fraction"}), "fraction");
  EXPECT_EQ(nearest_word("scale", {"count", "size"}), "size");
}

TEST(NearestWord, NamesBothWordsWhereItTakesTwo) {
  EXPECT_EQ(did_you_mean("scale", {"aspect", "max_area", "min_area"}), "; did you mean 'min_area' and 'max_area'?");
  EXPECT_EQ(did_you_mean("scale", {"min_area"}), "; did you mean 'min_area'?");
  EXPECT_EQ(did_you_mean("zebra", {"min_area"}), "");
}

TEST(NearestWord, SuggestsNothingForAWordUnlikeAll) { EXPECT_EQ(nearest_word("zebra", {"epochs", "batch_size"}), ""); }

}  // namespace
}  // namespace assay
