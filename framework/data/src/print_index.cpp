#include "print_index.h"

#include <opencv2/core/hal/intrin.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <optional>

namespace assay::data {
namespace {

constexpr std::size_t kSide = ImagePrint::kSide;
constexpr std::size_t kAtOnce = 8;

/// A ring has at most 60 cells of at most 255 * 32 units, a set 8; their sums are kept in 16 bits.
constexpr std::int32_t kRingUnit = 16;
constexpr std::int32_t kSetUnit = 4;

constexpr std::size_t from_edge(std::size_t place) { return std::min(place, kSide - 1 - place); }

/// The number of the set of exchangeable places that a place belongs to.
constexpr std::size_t set_of(std::size_t row, std::size_t column) {
  const std::size_t further = std::max(from_edge(row), from_edge(column));
  return further * (further + 1) / 2 + std::min(from_edge(row), from_edge(column));
}

}  // namespace

struct PrintIndex::Search {
  std::size_t print;
  /// The print as it lies in each orientation; made when a candidate first needs them.
  std::array<std::optional<ImagePrint::Cells>, kOrientations> lying;
  std::vector<Neighbour> found;
  std::size_t tested = 0;

  bool is_given_up() const {
    constexpr std::size_t kMostFound = 64;
    constexpr std::size_t kMostTested = 1024;
    return found.size() >= kMostFound || tested >= kMostTested;
  }
};

PrintIndex::PrintIndex(const std::vector<ImagePrint>& prints)
    : prints_(prints), order_(prints.size()), sums_((prints.size() + kAtOnce - 1) / kAtOnce * kAtOnce * kSums) {
  std::vector<std::int64_t> total_of_print;
  for (const ImagePrint& print : prints) total_of_print.push_back(total_of(print));
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::ranges::stable_sort(order_, {}, [&](std::size_t print) { return total_of_print[print]; });
  place_.resize(order_.size());
  for (std::size_t place = 0; place < order_.size(); ++place) {
    place_[order_[place]] = place;
    totals_.push_back(total_of_print[order_[place]]);
    filled_.push_back(prints[order_[place]].filled);
    const Sums sums = sums_of(prints[order_[place]]);
    std::int16_t* of_block = sums_.data() + place / kAtOnce * kAtOnce * kSums;
    for (std::size_t i = 0; i < kSums; ++i) of_block[i * kAtOnce + place % kAtOnce] = sums[i];
  }
}

PrintIndex::Sums PrintIndex::sums_of(const ImagePrint& print) {
  std::array<std::int32_t, kSums> exact{};
  for (std::size_t row = 0; row < kSide; ++row) {
    for (std::size_t column = 0; column < kSide; ++column) {
      const std::size_t ring = std::min(from_edge(row), from_edge(column));
      for (std::size_t c = 0; c < 3; ++c) {
        const std::int32_t cell = print.cells[(row * kSide + column) * 3 + c];
        exact[ring * 3 + c] += cell;
        exact[(kRings + set_of(row, column)) * 3 + c] += cell;
      }
    }
  }
  Sums sums{};
  for (std::size_t i = 0; i < kSums; ++i) {
    sums[i] = static_cast<std::int16_t>(exact[i] / (i < kRings * 3 ? kRingUnit : kSetUnit));
  }
  return sums;
}

std::int64_t PrintIndex::total_of(const ImagePrint& print) {
  return std::accumulate(print.cells.begin(), print.cells.end(), std::int64_t{0});
}

void PrintIndex::sieve(Search& search, std::size_t begin, std::size_t end) const {
  const ImagePrint& print = prints_[search.print];
  const std::int64_t radius = nomination_radius(print.filled, print.filled);
  // Both sums of a difference were rounded towards zero, so it may have grown by almost a unit.
  const auto limit = [&](std::int32_t unit, std::size_t sums) {
    const std::int64_t units = radius / unit + static_cast<std::int64_t>(sums) + 1;
    return cv::v_setall_u16(static_cast<std::uint16_t>(std::min<std::int64_t>(units, 65'534)));
  };
  const cv::v_uint16x8 ring_limit = limit(kRingUnit, kRings * 3);
  const cv::v_uint16x8 set_limit = limit(kSetUnit, kSets * 3);
  const std::size_t place = place_[search.print];
  const std::int16_t* sums = block(place / kAtOnce * kAtOnce) + place % kAtOnce;
  std::array<std::int16_t, kSums * kAtOnce> own;  // each sum as often as it is needed at once
  for (std::size_t i = 0; i < own.size(); ++i) own[i] = sums[i / kAtOnce * kAtOnce];
  for (std::size_t at = begin / kAtOnce * kAtOnce; at < end && !search.is_given_up(); at += kAtOnce) {
    const std::int16_t* others = block(at);
    // Adding 16 bits without a sign saturates, so too large a distance stays too large.
    const auto away = [&](std::size_t from, std::size_t to) {
      cv::v_uint16x8 sum = cv::v_setzero_u16();
      for (std::size_t i = from * kAtOnce; i < to * kAtOnce; i += kAtOnce) {
        sum = sum + cv::v_absdiff(cv::v_load(own.data() + i), cv::v_load(others + i));
      }
      return sum;
    };
    const cv::v_uint16x8 near_by_rings = away(0, kRings * 3) <= ring_limit;
    if (!cv::v_check_any(near_by_rings)) continue;
    const cv::v_uint16x8 by_half = away(kRings * 3, (kRings + kSets / 2) * 3);
    if (!cv::v_check_any(near_by_rings & (by_half <= set_limit))) continue;
    const cv::v_uint16x8 by_sets = by_half + away((kRings + kSets / 2) * 3, kSums);
    const int near = cv::v_signmask(cv::v_reinterpret_as_s16(near_by_rings & (by_sets <= set_limit)));
    for (std::size_t i = 0; near != 0 && i < kAtOnce; ++i) {
      if ((near >> i & 1) != 0 && at + i >= begin && at + i < end) test(search, at + i);
    }
  }
}

void PrintIndex::test(Search& search, std::size_t place) const {
  const std::size_t candidate = order_[place];
  if (candidate == search.print || search.is_given_up()) return;
  ++search.tested;
  const ImagePrint& own = prints_[search.print];
  const std::int64_t radius = nomination_radius(own.filled, filled_[place]);
  std::int64_t nearest = radius + 1;
  for (int orientation = 0; orientation < kOrientations; ++orientation) {
    auto& lying = search.lying[static_cast<std::size_t>(orientation)];
    if (!lying) lying = turned(own.cells, orientation);
    nearest = std::min(nearest, distance(*lying, prints_[candidate].cells, nearest));
  }
  if (nearest <= radius) search.found.push_back({candidate, nearest});
}

PrintIndex::Found PrintIndex::near(std::size_t print) const {
  const ImagePrint& own = prints_[print];
  const std::int64_t radius = nomination_radius(own.filled, own.filled);
  const std::int64_t total = totals_[place_[print]];
  const auto begin = std::ranges::lower_bound(totals_, total - radius) - totals_.begin();
  const auto end = std::ranges::upper_bound(totals_, total + radius) - totals_.begin();
  Search search{print, {}, {}};
  sieve(search, static_cast<std::size_t>(begin), static_cast<std::size_t>(end));
  const bool is_all = !search.is_given_up();
  return {std::move(search.found), is_all};
}

std::vector<PrintIndex::Neighbour> PrintIndex::near_by_total(std::size_t print, std::size_t count) const {
  const std::size_t place = place_[print];
  Search search{print, {}, {}};
  for (std::size_t at = place - std::min(place, count); at < std::min(place + count + 1, order_.size()); ++at) {
    test(search, at);
  }
  return std::move(search.found);
}

}  // namespace assay::data
