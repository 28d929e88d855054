#include "print_index.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>
#include <optional>

namespace assay::data {
namespace {

constexpr std::size_t kSide = ImagePrint::kSide;

/// The number of the set of exchangeable places that a place belongs to.
constexpr std::size_t set_of(std::size_t row, std::size_t column) {
  const std::size_t from_edge = std::min(row, kSide - 1 - row);
  const std::size_t from_other = std::min(column, kSide - 1 - column);
  const std::size_t large = std::max(from_edge, from_other);
  return large * (large + 1) / 2 + std::min(from_edge, from_other);
}

}  // namespace

struct PrintIndex::Search {
  std::size_t print;
  std::int64_t narrowing;
  std::size_t most;
  std::int64_t radius;
  /// The print as it lies in each orientation; made when a candidate first needs them.
  std::array<std::optional<ImagePrint::Cells>, kOrientations> lying;
  std::vector<Neighbour> found;

  bool is_done() const { return found.size() >= most; }
};

PrintIndex::PrintIndex(const std::vector<ImagePrint>& prints)
    : prints_(prints), sums_(prints.size()), order_(prints.size()), nodes_(prints.size()) {
  std::ranges::transform(prints, sums_.begin(), sums_of);
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  build(0, order_.size());
}

PrintIndex::Sums PrintIndex::sums_of(const ImagePrint& print) {
  Sums sums{};
  for (std::size_t row = 0; row < kSide; ++row) {
    for (std::size_t column = 0; column < kSide; ++column) {
      for (std::size_t c = 0; c < 3; ++c) {
        sums[set_of(row, column) * 3 + c] += print.cells[(row * kSide + column) * 3 + c];
      }
    }
  }
  return sums;
}

std::int64_t PrintIndex::distance_of(const Sums& a, const Sums& b) {
  // 768 cells of at most 8160 fit 32 bits.
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
  return sum;
}

void PrintIndex::build(std::size_t begin, std::size_t end) {
  while (end - begin > 1) {
    const Sums& vantage = sums_[order_[begin]];
    std::vector<std::pair<std::int64_t, std::size_t>> others;
    for (std::size_t i = begin + 1; i < end; ++i)
      others.emplace_back(distance_of(vantage, sums_[order_[i]]), order_[i]);
    const std::size_t nearer = (others.size() + 1) / 2;
    const auto middle = others.begin() + static_cast<std::ptrdiff_t>(nearer);
    // By number where distances are equal, so that the tree is the same everywhere.
    std::nth_element(others.begin(), middle - 1, others.end());
    nodes_[begin].nearer_up_to = (middle - 1)->first;
    if (middle != others.end()) nodes_[begin].further_from = std::min_element(middle, others.end())->first;
    std::ranges::transform(others, order_.begin() + static_cast<std::ptrdiff_t>(begin) + 1,
                           [](const auto& other) { return other.second; });
    build(begin + 1, begin + 1 + nearer);
    begin += 1 + nearer;
  }
}

void PrintIndex::search(Search& search, std::size_t begin, std::size_t end) const {
  while (begin < end && !search.is_done()) {
    const std::int64_t away = distance_of(sums_[search.print], sums_[order_[begin]]);
    if (away <= search.radius) test(search, order_[begin]);
    if (end - begin == 1) return;
    const std::size_t further = begin + 1 + (end - begin) / 2;
    const Node& node = nodes_[begin];
    if (away - search.radius <= node.nearer_up_to) this->search(search, begin + 1, further);
    if (away + search.radius < node.further_from) return;
    begin = further;
  }
}

void PrintIndex::test(Search& search, std::size_t candidate) const {
  if (candidate == search.print || search.is_done()) return;
  const ImagePrint& own = prints_[search.print];
  const std::int64_t radius = nomination_radius(own, prints_[candidate]) / search.narrowing;
  if (distance_of(sums_[search.print], sums_[candidate]) > radius) return;
  std::int64_t nearest = radius + 1;
  for (int orientation = 0; orientation < kOrientations; ++orientation) {
    auto& lying = search.lying[static_cast<std::size_t>(orientation)];
    if (!lying) lying = turned(own.cells, orientation);
    nearest = std::min(nearest, distance(*lying, prints_[candidate].cells, nearest));
  }
  if (nearest <= radius) search.found.push_back({candidate, nearest});
}

std::vector<PrintIndex::Neighbour> PrintIndex::near(std::size_t print, std::int64_t narrowing, std::size_t most) const {
  const std::int64_t widest = nomination_radius(prints_[print], prints_[print]);
  Search search{print, narrowing, most, widest / narrowing, {}, {}};
  this->search(search, 0, order_.size());
  return std::move(search.found);
}

}  // namespace assay::data
