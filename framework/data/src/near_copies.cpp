#include "near_copies.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>

#include "assay/printable.h"
#include "disjoint_sets.h"
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
  std::vector<PrintIndex::Neighbour> nearest = std::move(found.neighbours);
  const std::vector<PrintIndex::Neighbour> by_total = index.near_by_total(print, kOnEitherSide);
  nearest.insert(nearest.end(), by_total.begin(), by_total.end());
  std::ranges::sort(nearest, {}, [](const auto& n) { return std::pair(n.distance, n.index); });
  const auto again = std::ranges::unique(nearest, {}, &PrintIndex::Neighbour::index);
  nearest.erase(again.begin(), again.end());
  if (nearest.size() > kNearest) nearest.erase(nearest.begin() + kNearest, nearest.end());
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

/// Which groups are known to share an image.
class SharedGroups {
 public:
  explicit SharedGroups(const std::vector<ScannedImage>& images) : sets_(images.size()) {
    std::map<std::string, std::size_t> first_of_group;
    for (std::size_t i = 0; i < images.size(); ++i) {
      sets_.join(first_of_group.emplace(images[i].image.group, i).first->second, i);
      if (i > 0 && images[i].content_hash == images[i - 1].content_hash) sets_.join(i - 1, i);
    }
  }

  bool hold_both(const Nomination& pair) { return sets_.root(pair.first) == sets_.root(pair.second); }
  void join(const NearCopy& pair) { sets_.join(pair.first, pair.second); }

 private:
  DisjointSets sets_;  ///< of images
};

/// The picture that was scanned. What is found of it is kept under its hash, so other bytes must not pass for it.
Picture read_again(const ScannedImage& image, double pixel_limit) {
  std::string reason;
  try {
    const std::vector<std::uint8_t> bytes = read_bytes(image.image.path);
    if (content_hash(bytes.data(), bytes.size()) == image.content_hash) return decode_picture(bytes, pixel_limit);
  } catch (const BadImage& problem) {
    reason = std::string("; it ") + problem.what();
  }
  throw InvalidInput(printable(image.image.path.string()) + " changed or became unreadable while it was looked at" +
                     reason);
}

/// Compares pairs of images by their pixels, or recalls what comparing them found.
class PixelComparison {
 public:
  PixelComparison(const std::vector<ScannedImage>& images, double pixel_limit, ScanMemory& memory, Progress progress)
      : images_(images), pixel_limit_(pixel_limit), memory_(memory), progress_(std::move(progress)) {}

  /// One result for each pair. position, total: of the first of them among all that look alike, for the progress.
  std::vector<NearCopy> compare(std::span<const Nomination> pairs, std::size_t position, std::size_t total) {
    std::vector<NearCopy> results;
    std::vector<NearCopy> unknown;
    for (const Nomination& pair : pairs) {
      const PictureComparison* known = memory_.recall(hash_of(pair.first), hash_of(pair.second));
      NearCopy copy{pair.first, pair.second, {}};
      if (known != nullptr) copy.comparison = *known;
      (known != nullptr ? results : unknown).push_back(std::move(copy));
    }
    std::ranges::sort(unknown, {}, [](const NearCopy& pair) { return std::pair(pair.first, pair.second); });
    compare_unknown(unknown, position, total);
    for (const NearCopy& pair : unknown) memory_.keep(hash_of(pair.first), hash_of(pair.second), pair.comparison);
    results.insert(results.end(), unknown.begin(), unknown.end());
    return results;
  }

 private:
  const std::string& hash_of(std::size_t image) const { return images_[image].content_hash; }

  /// Sets the comparison of each pair. pairs: sorted.
  void compare_unknown(std::vector<NearCopy>& pairs, std::size_t position, std::size_t total) {
    std::vector<std::span<NearCopy>> by_first;
    for (auto begin = pairs.begin(); begin != pairs.end();) {
      const auto end =
          std::find_if(begin, pairs.end(), [&](const NearCopy& pair) { return pair.first != begin->first; });
      by_first.emplace_back(begin, end);
      begin = end;
    }
    const auto body = [&](std::int64_t i) { compare_with_first(by_first[static_cast<std::size_t>(i)]); };
    for_each_in_parallel(static_cast<std::int64_t>(by_first.size()), 0, body, [&](std::int64_t done) {
      if (!progress_) return;
      progress_("comparing images that look alike", static_cast<std::int64_t>(position) + done,
                static_cast<std::int64_t>(total));
    });
  }

  /// Compares the pictures of pairs that begin with the same image, which is decoded once for all of them.
  void compare_with_first(std::span<NearCopy> pairs) const {
    const Picture first = read_again(images_[pairs.front().first], pixel_limit_);
    for (NearCopy& pair : pairs) {
      pair.comparison = compare_pictures(first, read_again(images_[pair.second], pixel_limit_));
    }
  }

  const std::vector<ScannedImage>& images_;
  double pixel_limit_;
  ScanMemory& memory_;
  Progress progress_;
};

/// Compares pairs whose groups are not yet known to share an image, until `most` turned out to be no copies. Returns
/// the pairs that could join no groups. In waves, so that what one found spares the next some work; their size is
/// fixed, since what is compared must not depend on the machine.
std::vector<Nomination> compare_across(const std::vector<Nomination>& nominated, std::size_t most, SharedGroups& groups,
                                       PixelComparison& pixels, NearCopies& result) {
  constexpr std::size_t kWave = 256;
  std::vector<Nomination> others;
  auto next = nominated.begin();
  while (true) {
    const std::size_t room = std::min(kWave, most - static_cast<std::size_t>(result.refuted));
    const auto position = static_cast<std::size_t>(next - nominated.begin());
    std::vector<Nomination> wave;
    for (; next != nominated.end() && wave.size() < room; ++next) {
      (groups.hold_both(*next) ? others : wave).push_back(*next);
    }
    if (wave.empty()) break;
    for (const NearCopy& pair : pixels.compare(wave, position, nominated.size())) {
      if (pair.comparison.are_copies) {
        groups.join(pair);
        result.pairs.push_back(pair);
      } else {
        ++result.refuted;
      }
    }
  }
  for (; next != nominated.end(); ++next) {
    if (groups.hold_both(*next)) {
      others.push_back(*next);
    } else {
      ++result.dropped;
    }
  }
  return others;
}

}  // namespace

NearCopies find_near_copies(const std::vector<ScannedImage>& images, double pixel_limit, ScanMemory& memory,
                            const Progress& progress) {
  constexpr std::size_t kAlways = 1000;
  NearCopies result;
  SharedGroups groups(images);
  PixelComparison pixels(images, pixel_limit, memory, progress);
  const std::size_t most = std::max(kAlways, images.size() / 4);
  std::vector<Nomination> others = compare_across(nominate(images, result), most, groups, pixels, result);
  if (others.size() > most) {
    result.unlisted = static_cast<std::int64_t>(others.size() - most);
    others.resize(most);
  }
  for (const NearCopy& pair : pixels.compare(others, 0, others.size())) {
    if (pair.comparison.are_copies) result.pairs.push_back(pair);
  }
  memory.write();
  std::ranges::sort(result.pairs, {}, [](const NearCopy& pair) { return std::pair(pair.first, pair.second); });
  return result;
}

}  // namespace assay::data
