// Pictures from the pack are those that decoding gives, for all that shares it and all that doesn't.
#include "assay/data/packed_cache.h"

#include <bit>
#include <cmath>

#include "assay/packed_file.h"
#include "data/packed_pictures.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using test::Packed;

TEST_F(Packed, PicturesAreThoseThatDecodingGives) {
  const std::vector<float> decoded = pixels(nullptr);
  const auto pack = open();
  ASSERT_NE(pack, nullptr) << said_;
  EXPECT_EQ(pixels(pack), decoded);
  EXPECT_EQ(warnings(), 0) << said_;
}

TEST_F(Packed, PicturesAreTheSameForAnyNumberOfThreads) {
  const auto pack = open();
  const std::vector<float> one = pixels(pack, 1);
  for (const std::int64_t threads : {2, 4, 7}) EXPECT_EQ(pixels(pack, threads), one) << threads << " threads";
}

TEST_F(Packed, PicturesOfCropsAreThoseThatDecodingGives) {
  FixedCropOptions crop;
  crop.foreground = true;
  experiment_.preprocessing.crop = crop;
  const auto pack = open();
  ASSERT_NE(pack, nullptr) << said_;
  EXPECT_EQ(pixels(pack), pixels(nullptr));
  experiment_.preprocessing.crop->foreground.reset();
  experiment_.preprocessing.crop->center = 20;
  EXPECT_EQ(pixels(pack), pixels(nullptr));
}

TEST_F(Packed, PicturesOfMasksAreThoseThatDecodingGives) {
  experiment_.dataset.mask = {{0.1, 0.2, 0.5, 0.9}};
  const std::vector<float> masked = pixels(nullptr);
  EXPECT_EQ(pixels(open()), masked);
  experiment_.dataset.mask.clear();
  EXPECT_NE(pixels(open()), masked);
  EXPECT_EQ(packs().size(), 2U);
}

TEST_F(Packed, PicturesThatAreStoredSmallerAreThoseThatDecodingGivesThen) {
  const std::vector<float> full = pixels(nullptr);
  experiment_.pipeline.stored_size = 40;
  const std::vector<float> reduced = pixels(nullptr);
  EXPECT_NE(reduced, full);
  const auto pack = open();
  EXPECT_EQ(pixels(pack), reduced);

  const PackedFile file(packs().front());
  const auto longest = [&](std::int32_t PackedPicture::*width, std::int32_t PackedPicture::*height) {
    std::int32_t most = 0;
    for (const PackedPicture& picture : file.pictures()) most = std::max({most, picture.*width, picture.*height});
    return most;
  };
  EXPECT_EQ(longest(&PackedPicture::width, &PackedPicture::height), 40);
  EXPECT_EQ(longest(&PackedPicture::source_width, &PackedPicture::source_height), 20'000);
  const PackedPicture* dot = file.find(parse_content_hash(dataset_.samples[3].content_hash));
  ASSERT_NE(dot, nullptr);
  EXPECT_EQ(dot->width, 1) << "nothing is enlarged";
}

TEST_F(Packed, PicturesInBfloat16AreTheNearestToThoseInFloat32) {
  const auto pack = open();
  const std::vector<float> exact = pixels(pack);
  for (const auto& source : {pack, std::shared_ptr<const PackedCache>()}) {
    const std::vector<std::uint16_t> halves = pixels<std::uint16_t>(source);
    ASSERT_EQ(halves.size(), exact.size());
    for (std::size_t i = 0; i < exact.size(); ++i) {
      const float read = std::bit_cast<float>(static_cast<std::uint32_t>(halves[i]) << 16);
      ASSERT_NEAR(read, exact[i], std::abs(exact[i]) / 256) << i;  // 8 bits, the half of the last
    }
  }
}

TEST_F(Packed, IsUsedByTheNextRunWithoutTheImages) {
  const std::vector<float> decoded = pixels(nullptr);
  open();
  remove_images();
  const auto pack = open();
  EXPECT_EQ(pixels(pack), decoded);
  EXPECT_EQ(packs().size(), 1U);
}

TEST_F(Packed, IsNotMadeWhereTheCacheIsOff) {
  experiment_.pipeline.cache = "off";
  EXPECT_EQ(open(), nullptr);
  EXPECT_TRUE(packs().empty());
  EXPECT_EQ(said_, "");
}

TEST_F(Packed, IsSharedByOtherMarginsAndIsAnotherForOtherImages) {
  FixedCropOptions crop;
  crop.foreground = true;
  experiment_.preprocessing.crop = crop;
  open();
  experiment_.preprocessing.crop->margin = 0.3;
  open();
  EXPECT_EQ(packs().size(), 1U);
  add("new.png", test::small_image(77));
  open();
  EXPECT_EQ(packs().size(), 2U);
}

TEST_F(Packed, KnowsTheSideThatACropOfOneScaleNeeds) {
  FixedCropOptions crop;
  crop.foreground = true;
  crop.keep_scale = true;
  experiment_.preprocessing.crop = crop;
  const auto measured = measure_crop(experiment_.preprocessing, dataset_, {}, 1e8);
  const auto pack = open();
  remove_images();
  EXPECT_EQ(measure_crop(experiment_.preprocessing, dataset_, {}, 1e8, pack.get()).crop->side, measured.crop->side);
}

}  // namespace
}  // namespace assay
