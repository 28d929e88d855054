// Finds prints that are near a print, without comparing it with all in full.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "image_print.h"

namespace assay::data {

/// Three sieves, each of which lets every near print pass: the sum of all cells, by which prints are sorted, so that
/// only a stretch of them is looked at; sums of the cells in each of eight square rings, many prints at a time; and
/// sums over the places that turning and mirroring exchange. A difference of sums is never above the sum of
/// differences, and none of these sums changes when a picture is turned: so one search finds it however it lies.
/// Space-partitioning trees were slower, since the radius is not small against the distances of pictures of one kind.
class PrintIndex {
 public:
  /// prints: kept by reference, at least as long as this.
  explicit PrintIndex(const std::vector<ImagePrint>& prints);

  /// A print near another one.
  struct Neighbour {
    std::size_t index;
    std::int64_t distance;  ///< of the cells, in the orientation where they are nearest
  };

  struct Found {
    std::vector<Neighbour> neighbours;
    bool is_all = true;  ///< false: there were so many candidates that the search was given up
  };

  /// Other prints whose cells, in some orientation, lie within nomination_radius(...). Gives up at 64 of them, or after
  /// 1,024 whose sums are near. Any thread.
  Found near(std::size_t print) const;

  /// The same, but only among the `count` prints on either side in the order of their totals: where thousands look
  /// alike, a copy still has the same total, and stands there.
  std::vector<Neighbour> near_by_total(std::size_t print, std::size_t count) const;

 private:
  /// Places of a 16 x 16 grid that turning and mirroring exchange: 36 sets of 4 or 8, each within one of 8 rings.
  static constexpr std::size_t kSets = 36;
  static constexpr std::size_t kRings = static_cast<std::size_t>(ImagePrint::kSide) / 2;
  static constexpr std::size_t kSums = (kRings + kSets) * 3;
  /// Of the rings, then of the sets, in units that make them fit 16 bits.
  using Sums = std::array<std::int16_t, kSums>;
  struct Search;

  static Sums sums_of(const ImagePrint& print);
  static std::int64_t total_of(const ImagePrint& print);
  /// The sums of the eight prints from a place on, a multiple of eight: [sum, print].
  const std::int16_t* block(std::size_t place) const { return sums_.data() + place * kSums; }
  /// Tests the prints at [begin, end) of the order whose sums are near, eight at a time.
  void sieve(Search& search, std::size_t begin, std::size_t end) const;
  /// Compares the cells of the print at a place of the order.
  void test(Search& search, std::size_t place) const;

  const std::vector<ImagePrint>& prints_;
  std::vector<std::size_t> order_;    ///< prints by their total
  std::vector<std::size_t> place_;    ///< of each print in that order
  std::vector<std::int64_t> totals_;  ///< sums of all cells, in that order
  std::vector<std::int16_t> filled_;  ///< ImagePrint::filled, in that order
  std::vector<std::int16_t> sums_;    ///< blocks of eight prints, in that order
};

}  // namespace assay::data
