#include "group_join.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "disjoint_sets.h"

namespace assay::data {
namespace {

std::string joined_name(const std::vector<std::string>& members) {
  constexpr std::size_t kNamed = 6;
  std::string name = members.front();
  for (std::size_t i = 1; i < std::min(kNamed, members.size()); ++i) name += "+" + members[i];
  if (members.size() > kNamed) name += "+" + std::to_string(members.size() - kNamed) + " more";
  return name;
}

/// The first of each set of identical images with each of the others, which follow it.
std::vector<CopyPair> identical_pairs(const std::vector<ScannedImage>& images) {
  std::vector<CopyPair> pairs;
  std::size_t first = 0;
  for (std::size_t i = 1; i < images.size(); ++i) {
    if (images[i].content_hash != images[first].content_hash) {
      first = i;
    } else {
      pairs.push_back({static_cast<std::int64_t>(first), static_cast<std::int64_t>(i), true, 0, ""});
    }
  }
  return pairs;
}

std::vector<CopyPair> pairs_of(const NearCopies& copies) {
  std::vector<CopyPair> pairs;
  for (const auto& [first, second, comparison] : copies.pairs) {
    pairs.push_back({static_cast<std::int64_t>(first), static_cast<std::int64_t>(second), false,
                     comparison.mean_difference, orientation_text(comparison.orientation)});
  }
  return pairs;
}

/// Each set of identical images counts its first one too.
std::int64_t count_identical(const std::vector<CopyPair>& pairs) {
  std::set<std::int64_t> images;
  for (const CopyPair& pair : pairs) {
    images.insert(pair.first);
    images.insert(pair.second);
  }
  return static_cast<std::int64_t>(images.size());
}

const ScannedImage& image_of(const std::vector<ScannedImage>& images, std::int64_t index) {
  return images[static_cast<std::size_t>(index)];
}

/// "hem/a.bmp = hem/b.bmp", or "hem/a.bmp ~ hem/b.bmp (differs by 0.01 levels)".
std::string text_of(const CopyPair& pair, const std::vector<ScannedImage>& images) {
  const std::string& first = image_of(images, pair.first).image.name;
  const std::string& second = image_of(images, pair.second).image.name;
  if (pair.identical) return first + " = " + second;
  char levels[32];
  std::snprintf(levels, sizeof(levels), "%.2f", pair.mean_difference);
  return first + " ~ " + second + " (differs by " + levels + " levels" + (pair.turned.empty() ? "" : ", ") +
         pair.turned + ")";
}

std::vector<JoinedGroup> joined_of(const JoinedGroups& groups, const std::vector<ScannedImage>& images,
                                   const std::vector<CopyPair>& pairs) {
  std::map<std::int64_t, JoinedGroup> joined;
  for (const CopyPair& pair : pairs) {
    if (image_of(images, pair.first).image.group == image_of(images, pair.second).image.group) continue;
    const std::int64_t group = groups.of_image[static_cast<std::size_t>(pair.first)];
    JoinedGroup& of_group = joined[group];
    of_group.group = group;
    of_group.members = groups.members[static_cast<std::size_t>(group)];
    of_group.pairs.push_back(pair);
  }
  std::vector<JoinedGroup> list;
  for (auto& [group, of_group] : joined) list.push_back(std::move(of_group));
  return list;
}

void warn_of_joined(const std::vector<ScannedImage>& images, Dataset& dataset) {
  if (dataset.joined.empty()) return;
  std::vector<std::string> texts;
  for (const JoinedGroup& joined : dataset.joined) {
    const std::size_t others = joined.pairs.size() - 1;
    texts.push_back(dataset.groups[static_cast<std::size_t>(joined.group)] + " by " +
                    text_of(joined.pairs.front(), images) +
                    (others == 0 ? "" : " and " + std::to_string(others) + (others == 1 ? " pair" : " pairs")));
  }
  dataset.warnings.push_back("joined, because the same images lie in several of them: " + list_names(texts, "group"));
}

/// One group can't be dealt to three splits: the larger it is, the less a split can have the share it should.
void warn_of_large(const std::vector<std::int64_t>& group_of_image, Dataset& dataset) {
  constexpr std::size_t kMostShare = 5;  // a fifth
  for (const JoinedGroup& joined : dataset.joined) {
    const auto size = static_cast<std::size_t>(std::ranges::count(group_of_image, joined.group));
    if (size * kMostShare <= group_of_image.size()) continue;
    dataset.warnings.push_back("joining made one group of " + std::to_string(joined.members.size()) + ", '" +
                               dataset.groups[static_cast<std::size_t>(joined.group)] + "', which holds " +
                               std::to_string(100 * size / group_of_image.size()) +
                               " % of the images; look at the pairs that joined it (runner dataset)");
  }
}

void warn_of_classes(const std::vector<CopyPair>& near, const std::vector<ScannedImage>& images, Dataset& dataset) {
  std::vector<std::string> texts;
  for (const CopyPair& pair : near) {
    if (image_of(images, pair.first).image.class_name != image_of(images, pair.second).image.class_name)
      texts.push_back(text_of(pair, images));
  }
  if (!texts.empty()) dataset.warnings.push_back("near copies, but of different classes: " + list_names(texts, "pair"));
}

void warn_of_kept(const std::vector<CopyPair>& near, const std::vector<ScannedImage>& images, Dataset& dataset) {
  std::vector<std::string> texts;
  for (const CopyPair& pair : near) {
    if (image_of(images, pair.first).image.group != image_of(images, pair.second).image.group)
      texts.push_back(text_of(pair, images));
  }
  if (texts.empty()) return;
  dataset.warnings.push_back(
      "near copies in several groups, which dataset.near_copies = \"keep\" leaves apart; if they show the same cell, "
      "training and test share it: " +
      list_names(texts, "pair"));
}

void warn_of_gaps(const NearCopies& copies, Dataset& dataset) {
  const auto images = [](std::int64_t count) { return std::to_string(count) + (count == 1 ? " image" : " images"); };
  if (copies.blank > 0) {
    dataset.warnings.push_back(images(copies.blank) +
                               " of one colour throughout; among such, only identical files are known as copies");
  }
  if (copies.crowded > 0) {
    dataset.warnings.push_back(images(copies.crowded) +
                               " look like dozens of others, so each was compared with its nearest only; near copies "
                               "among them may have gone unseen");
  }
  if (copies.dropped > 0) {
    dataset.warnings.push_back(std::to_string(copies.dropped) +
                               " pairs of images that look alike were not compared, because there are too many; near "
                               "copies among them may have gone unseen");
  }
  if (copies.unlisted > 0) {
    dataset.warnings.push_back(std::to_string(copies.unlisted) +
                               " pairs of images that look alike, within groups or between groups already known to "
                               "share a picture, were not compared; near copies among them are not listed");
  }
}

/// Going on would put pictures that may be one and the same into training and test.
void refuse_unseen(const NearCopies& copies) {
  if (copies.dropped == 0) return;
  throw InvalidInput("dataset.near_copies: too many images of different groups look alike to tell which are copies: " +
                     std::to_string(copies.refuted) + " pairs were compared and are none, " +
                     std::to_string(copies.dropped) +
                     " are left; take blank and nearly uniform images out of the data set, or set "
                     "dataset.near_copies = \"keep\", which joins identical files only");
}

}  // namespace

JoinedGroups join(const std::vector<std::string>& groups,
                  const std::vector<std::pair<std::size_t, std::size_t>>& pairs) {
  const std::set<std::string> distinct(groups.begin(), groups.end());
  const std::vector<std::string> names(distinct.begin(), distinct.end());
  const auto index_of = [&](const std::string& name) {
    return static_cast<std::size_t>(std::ranges::lower_bound(names, name) - names.begin());
  };
  DisjointSets sets(names.size());
  for (const auto& [first, second] : pairs) sets.join(index_of(groups[first]), index_of(groups[second]));

  std::map<std::size_t, std::vector<std::string>> members_of_root;
  for (std::size_t group = 0; group < names.size(); ++group) members_of_root[sets.root(group)].push_back(names[group]);
  std::map<std::string, std::size_t> root_of_name;
  for (const auto& [root, members] : members_of_root) {
    std::string name = joined_name(members);
    while (!root_of_name.emplace(name, root).second) name += "'";  // one group may be called "a+b" by itself
  }

  JoinedGroups result;
  std::map<std::size_t, std::int64_t> place_of_root;
  for (const auto& [name, root] : root_of_name) {
    place_of_root[root] = static_cast<std::int64_t>(result.names.size());
    result.names.push_back(name);
    result.members.push_back(members_of_root[root]);
  }
  for (const std::string& group : groups) result.of_image.push_back(place_of_root[sets.root(index_of(group))]);
  return result;
}

std::vector<std::int64_t> join_groups(const std::vector<ScannedImage>& images, const DatasetOptions& options,
                                      DatasetUse use, ScanMemory& memory, const Progress& progress, Dataset& dataset) {
  const std::vector<CopyPair> identical = identical_pairs(images);
  const NearCopies copies = find_near_copies(images, options.pixel_limit, memory, progress);
  dataset.near_copies = pairs_of(copies);
  dataset.identical_images = count_identical(identical);
  std::vector<CopyPair> joining = identical;
  const bool keep = options.near_copies == "keep";
  if (!keep && use == DatasetUse::train) refuse_unseen(copies);
  if (!keep) joining.insert(joining.end(), dataset.near_copies.begin(), dataset.near_copies.end());

  std::vector<std::string> groups;
  for (const ScannedImage& scanned : images) groups.push_back(scanned.image.group);
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (const CopyPair& pair : joining) pairs.emplace_back(pair.first, pair.second);
  JoinedGroups joined = join(groups, pairs);
  dataset.joined = joined_of(joined, images, joining);
  dataset.groups = std::move(joined.names);
  warn_of_joined(images, dataset);
  warn_of_large(joined.of_image, dataset);
  warn_of_classes(dataset.near_copies, images, dataset);
  if (keep) warn_of_kept(dataset.near_copies, images, dataset);
  warn_of_gaps(copies, dataset);
  return joined.of_image;
}

}  // namespace assay::data
