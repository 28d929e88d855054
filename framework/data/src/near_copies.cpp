#include "near_copies.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <span>

#include "parallel.h"
#include "picture.h"
#include "print_index.h"

namespace assay::data {
namespace {

/// A pair whose prints are near.
struct Nomination {
  double distance;  ///< as a share of the radius
  std::size_t first;
  std::size_t second;

  friend auto operator<=>(const Nomination&, const Nomination&) = default;
};

/// One image of each content that shows anything.
std::vector<std::size_t> worth_comparing(const std::vector<ScannedImage>& images, NearCopies& result) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (images[i].print.filled == 0) {
      ++result.blank;
    } else if (i == 0 || images[i].content_hash != images[i - 1].content_hash) {
      chosen.push_back(i);
    }
  }
  return chosen;
}

/// Whom one print is near to. Of too many, a few of the nearest: copies are far nearer than what only looks alike.
struct Neighbourhood {
  std::vector<PrintIndex::Neighbour> nearest;
  bool is_crowded = false;
};

Neighbourhood neighbours_of(std::size_t print, const PrintIndex& index) {
  constexpr std::size_t kOnEitherSide = 24;
  constexpr std::size_t kNearest = 4;
  PrintIndex::Found found = index.near(print);
  if (found.is_all) return {std::move(found.neighbours), false};
  std::vector<PrintIndex::Neighbour> nearest = index.near_by_total(print, kOnEitherSide);
  std::ranges::sort(nearest, {}, [](const auto& n) { return std::pair(n.distance, n.index); });
  nearest.resize(std::min(nearest.size(), kNearest));
  return {std::move(nearest), true};
}

bool have_same_proportions(const ScannedImage& a, const ScannedImage& b) {
  constexpr double kMostDistortion = 0.03;  // a little more than what comparing pixels allows
  const auto proportion = [](const ScannedImage& image) {
    return static_cast<double>(std::max(image.width, image.height)) /
           static_cast<double>(std::min(image.width, image.height));
  };
  return std::abs(proportion(a) / proportion(b) - 1.0) < kMostDistortion;
}

std::vector<Nomination> nominate(const std::vector<ScannedImage>& images, NearCopies& result) {
  const std::vector<std::size_t> chosen = worth_comparing(images, result);
  std::vector<ImagePrint> prints;
  for (const std::size_t i : chosen) prints.push_back(images[i].print);
  const PrintIndex index(prints);
  std::vector<Neighbourhood> found(prints.size());
  for_each_in_parallel(static_cast<std::int64_t>(prints.size()), 0, [&](std::int64_t i) {
    found[static_cast<std::size_t>(i)] = neighbours_of(static_cast<std::size_t>(i), index);
  });
  std::set<Nomination> pairs;
  for (std::size_t a = 0; a < prints.size(); ++a) {
    if (found[a].is_crowded) ++result.crowded;
    for (const auto& [b, distance] : found[a].nearest) {
      if (!have_same_proportions(images[chosen[a]], images[chosen[b]])) continue;
      const double share =
          static_cast<double>(distance) / static_cast<double>(nomination_radius(prints[a].filled, prints[b].filled));
      pairs.insert({share, chosen[std::min(a, b)], chosen[std::max(a, b)]});
    }
  }
  return {pairs.begin(), pairs.end()};
}

std::optional<Picture> try_to_read(const ScannedImage& image, double pixel_limit) {
  try {
    return decode_picture(read_bytes(image.image.path), pixel_limit);
  } catch (const BadImage&) {
    return std::nullopt;  // changed since it was checked: training will say so
  }
}

/// Compares the pictures of pairs that begin with the same image, which is decoded once for all of them.
void compare_with_first(std::span<NearCopy> pairs, const std::vector<ScannedImage>& images, double pixel_limit) {
  const std::optional<Picture> first = try_to_read(images[pairs.front().first], pixel_limit);
  for (NearCopy& pair : pairs) {
    const std::optional<Picture> second = try_to_read(images[pair.second], pixel_limit);
    if (first && second) pair.comparison = compare_pictures(*first, *second);
  }
}

/// Sets the comparison of each pair. pairs: sorted.
void compare(std::vector<NearCopy>& pairs, const std::vector<ScannedImage>& images, double pixel_limit,
             const Progress& progress) {
  std::vector<std::span<NearCopy>> by_first;
  for (auto begin = pairs.begin(); begin != pairs.end();) {
    const auto end = std::find_if(begin, pairs.end(), [&](const NearCopy& pair) { return pair.first != begin->first; });
    by_first.emplace_back(begin, end);
    begin = end;
  }
  const auto count = static_cast<std::int64_t>(by_first.size());
  const auto body = [&](std::int64_t i) {
    compare_with_first(by_first[static_cast<std::size_t>(i)], images, pixel_limit);
  };
  for_each_in_parallel(count, 0, body, [&](std::int64_t done) {
    if (progress) progress("comparing images that look alike", done, count);
  });
}

}  // namespace

NearCopies find_near_copies(const std::vector<ScannedImage>& images, double pixel_limit, ScanMemory& memory,
                            const Progress& progress) {
  constexpr std::size_t kAlways = 1000;
  NearCopies result;
  std::vector<Nomination> nominated = nominate(images, result);
  const std::size_t most = std::max(kAlways, images.size() / 4);
  if (nominated.size() > most) {
    result.dropped = static_cast<std::int64_t>(nominated.size() - most);
    nominated.resize(most);
  }
  std::vector<NearCopy> unknown;
  for (const Nomination& pair : nominated) {
    const PictureComparison* known = memory.recall(images[pair.first].content_hash, images[pair.second].content_hash);
    NearCopy copy{pair.first, pair.second, {}};
    if (known != nullptr) copy.comparison = *known;
    (known != nullptr ? result.pairs : unknown).push_back(std::move(copy));
  }
  const auto by_place = [](const NearCopy& pair) { return std::pair(pair.first, pair.second); };
  std::ranges::sort(unknown, {}, by_place);
  compare(unknown, images, pixel_limit, progress);
  for (const NearCopy& pair : unknown) {
    memory.keep(images[pair.first].content_hash, images[pair.second].content_hash, pair.comparison);
  }
  memory.write();
  result.pairs.insert(result.pairs.end(), unknown.begin(), unknown.end());
  std::erase_if(result.pairs, [](const NearCopy& pair) { return !pair.comparison.are_copies; });
  std::ranges::sort(result.pairs, {}, by_place);
  return result;
}

}  // namespace assay::data
