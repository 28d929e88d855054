// Finds prints that are near a print, without comparing it with all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "image_print.h"

namespace assay::data {

/// A vantage-point tree (Yianilos 1993, "Data structures and algorithms for nearest neighbor search in general metric
/// spaces"). Its metric sums, over the places that turning and mirroring exchange, the cells of a print before taking
/// differences: so one search finds a picture however it lies, and a distance is never above that of the cells.
class PrintIndex {
 public:
  /// prints: kept by reference, at least as long as this.
  explicit PrintIndex(const std::vector<ImagePrint>& prints);

  /// A print near another one.
  struct Neighbour {
    std::size_t index;
    std::int64_t distance;  ///< of the cells, in the orientation where they are nearest
  };

  /// Other prints whose cells, in some orientation, lie within nomination_radius(...) / narrowing, in the order of the
  /// tree; the first `most` of them. Any thread.
  std::vector<Neighbour> near(std::size_t print, std::int64_t narrowing, std::size_t most) const;

 private:
  /// Places of a 16 x 16 grid that turning and mirroring exchange: 36 sets of 4 or 8.
  static constexpr std::size_t kSets = 36;
  using Sums = std::array<std::int32_t, kSets * 3>;

  /// A subtree is a range of order_, its vantage point first, then the nearer half, then the further one.
  struct Node {
    std::int64_t nearer_up_to = 0;
    std::int64_t further_from = 0;
  };
  struct Search;

  static Sums sums_of(const ImagePrint& print);
  static std::int64_t distance_of(const Sums& a, const Sums& b);
  void build(std::size_t begin, std::size_t end);
  void search(Search& search, std::size_t begin, std::size_t end) const;
  void test(Search& search, std::size_t candidate) const;

  const std::vector<ImagePrint>& prints_;
  std::vector<Sums> sums_;
  std::vector<std::size_t> order_;
  std::vector<Node> nodes_;  ///< of the range that begins here
};

}  // namespace assay::data
