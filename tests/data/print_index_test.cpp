// Searching prints: exactly what comparing all with all finds.
#include "print_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

namespace assay::data {
namespace {

/// Mixtures of a few prints, so that some lie near each other in every orientation.
std::vector<ImagePrint> mixed_prints(std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  const auto draw = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
  std::vector<ImagePrint> roots(6);
  for (ImagePrint& root : roots) {
    for (std::size_t i = 0; i < root.cells.size(); ++i) root.cells[i] = static_cast<std::int16_t>(draw(4000) - 2000);
  }
  std::vector<ImagePrint> prints(count);
  for (ImagePrint& print : prints) {
    const ImagePrint& root = roots[static_cast<std::size_t>(draw(6))];
    const int noise = 1 + draw(600);
    print.cells = turned(root.cells, draw(kOrientations));
    for (std::int16_t& cell : print.cells) cell = static_cast<std::int16_t>(cell + draw(2 * noise) - noise);
    print.filled = static_cast<std::int16_t>(100 + draw(157));
  }
  return prints;
}

std::set<std::size_t> near_by_comparing_all(const std::vector<ImagePrint>& prints, std::size_t print) {
  std::set<std::size_t> near;
  for (std::size_t other = 0; other < prints.size(); ++other) {
    const std::int64_t radius = nomination_radius(prints[print].filled, prints[other].filled);
    for (int orientation = 0; orientation < kOrientations && other != print; ++orientation) {
      const auto lying = turned(prints[print].cells, orientation);
      if (distance(lying, prints[other].cells, radius) <= radius) near.insert(other);
    }
  }
  return near;
}

TEST(PrintIndex, FindsWhatComparingAllWithAllFinds) {
  const std::vector<ImagePrint> prints = mixed_prints(413, 1);
  const PrintIndex index(prints);
  std::size_t found = 0;
  for (std::size_t print = 0; print < prints.size(); ++print) {
    const PrintIndex::Found near = index.near(print);
    ASSERT_TRUE(near.is_all);
    std::set<std::size_t> indices;
    for (const PrintIndex::Neighbour& neighbour : near.neighbours) indices.insert(neighbour.index);
    EXPECT_EQ(indices, near_by_comparing_all(prints, print)) << print;
    found += indices.size();
  }
  EXPECT_GT(found, 1000U);
}

TEST(PrintIndex, TellsTheDistanceInTheNearestOrientation) {
  std::vector<ImagePrint> prints = mixed_prints(1, 2);
  prints.push_back(prints[0]);
  prints[1].cells = turned(prints[0].cells, 5);
  prints[1].cells[100] = static_cast<std::int16_t>(prints[1].cells[100] + 37);
  const auto near = PrintIndex(prints).near(0).neighbours;
  ASSERT_EQ(near.size(), 1U);
  EXPECT_EQ(near[0].index, 1U);
  EXPECT_EQ(near[0].distance, 37);
}

TEST(PrintIndex, GivesUpInACrowdAndLooksAmongThoseOfTheSameTotal) {
  std::vector<ImagePrint> prints(500, mixed_prints(1, 3)[0]);
  for (std::size_t i = 0; i < prints.size(); ++i) prints[i].cells[i] = static_cast<std::int16_t>(i);
  prints[400].cells = prints[20].cells;
  const PrintIndex index(prints);
  EXPECT_FALSE(index.near(20).is_all);
  const auto near = index.near_by_total(20, 3);
  EXPECT_EQ(near.size(), 6U);
  EXPECT_EQ(std::ranges::count_if(near, [](const auto& n) { return n.index == 400 && n.distance == 0; }), 1);
}

}  // namespace
}  // namespace assay::data
