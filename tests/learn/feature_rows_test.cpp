#include "feature_rows.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace assay {
namespace {

template <class Number>
FeatureRows rows_of(const std::vector<Number>& numbers, DType dtype, std::vector<std::int64_t> shape) {
  const auto kept = std::make_shared<const std::vector<Number>>(numbers);
  return {TensorView{"rows", dtype, std::move(shape), std::as_bytes(std::span(*kept))}, kept};
}

std::vector<float> gathered(const FeatureRows& rows, const std::vector<std::int64_t>& wanted) {
  std::vector<float> into(wanted.size() * static_cast<std::size_t>(rows.numbers_of_row()));
  rows.gather(wanted, into.data());
  return into;
}

TEST(FeatureRows, GivesRowsOfAllPartsInTheOrderAskedFor) {
  FeatureRows rows = rows_of<float>({1, 2, 3, 4}, DType::f32, {2, 2});
  rows.append(rows_of<float>({5, 6}, DType::f32, {1, 2}));
  EXPECT_EQ(rows.count(), 3);
  EXPECT_EQ(rows.shape(), (std::vector<std::int64_t>{2}));
  EXPECT_EQ(gathered(rows, {2, 0, 0, 1}), (std::vector<float>{5, 6, 1, 2, 1, 2, 3, 4}));
}

TEST(FeatureRows, PartsLiveAsLongAsTheRows) {
  FeatureRows all;
  {
    const FeatureRows part = rows_of<float>({7, 8, 9}, DType::f32, {1, 3});
    all.append(part);
  }
  EXPECT_EQ(gathered(all, {0}), (std::vector<float>{7, 8, 9}));
}

TEST(FeatureRows, MapsAreRowsToo) {
  const FeatureRows rows = rows_of<float>({1, 2, 3, 4, 5, 6, 7, 8}, DType::f32, {2, 1, 2, 2});
  EXPECT_EQ(rows.numbers_of_row(), 4);
  EXPECT_EQ(gathered(rows, {1}), (std::vector<float>{5, 6, 7, 8}));
}

// Bits of bfloat16 by hand: 1 is 0x3F80, -2.5 is 0xC020, the largest finite one is 0x7F7F = (2 - 2^-7) 2^127.
TEST(FeatureRows, Bfloat16IsWidenedExactly) {
  const FeatureRows rows = rows_of<std::uint16_t>({0x3F80, 0xC020, 0x0000, 0x7F7F}, DType::bf16, {2, 2});
  EXPECT_EQ(gathered(rows, {1, 0}), (std::vector<float>{0.0F, 0x1.FEp127F, 1.0F, -2.5F}));
}

TEST(FeatureRows, RefusesWhatIsNoFeatures) {
  const FeatureRows two = rows_of<float>({1, 2}, DType::f32, {1, 2});
  FeatureRows rows = rows_of<float>({1, 2, 3}, DType::f32, {1, 3});
  EXPECT_THROW(rows.append(two), std::logic_error);
  EXPECT_THROW(rows.append(rows_of<std::uint16_t>({1, 2, 3}, DType::bf16, {1, 3})), std::logic_error);
  EXPECT_THROW(rows_of<float>({1, 2}, DType::f32, {2, 2}), std::logic_error);
  EXPECT_THROW(rows_of<std::int64_t>({1, 2}, DType::i64, {1, 2}), std::logic_error);
}

}  // namespace
}  // namespace assay
