#include "group_join.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

namespace assay::data {
namespace {

/// Disjoint sets of groups (Galler and Fischer 1964), with path halving.
class DisjointSets {
 public:
  explicit DisjointSets(std::size_t count) : parent_(count) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }

  std::size_t root(std::size_t item) {
    while (parent_[item] != item) item = parent_[item] = parent_[parent_[item]];
    return item;
  }
  void join(std::size_t a, std::size_t b) { parent_[root(b)] = root(a); }

 private:
  std::vector<std::size_t> parent_;
};

}  // namespace

JoinedGroups join_identical(const std::vector<std::string>& groups, const std::vector<std::string>& hashes) {
  const std::set<std::string> distinct(groups.begin(), groups.end());
  const std::vector<std::string> names(distinct.begin(), distinct.end());
  const auto index_of = [](const std::vector<std::string>& sorted, const std::string& name) {
    return static_cast<std::size_t>(std::ranges::lower_bound(sorted, name) - sorted.begin());
  };
  DisjointSets sets(names.size());
  std::map<std::string, std::vector<std::size_t>> groups_with;
  for (std::size_t i = 0; i < groups.size(); ++i) groups_with[hashes[i]].push_back(index_of(names, groups[i]));
  JoinedGroups result;
  for (const auto& [hash, members] : groups_with) {
    if (members.size() > 1) result.identical_images += static_cast<std::int64_t>(members.size());
    for (const std::size_t member : members) sets.join(members.front(), member);
  }

  std::map<std::size_t, std::string> joined_name;
  for (std::size_t group = 0; group < names.size(); ++group) {
    std::string& name = joined_name[sets.root(group)];
    name += (name.empty() ? "" : "+") + names[group];
  }
  std::set<std::string> final_names;
  for (const auto& [root, name] : joined_name) {
    if (name != names[root]) result.joined.push_back(name);
    final_names.insert(name);
  }
  result.names.assign(final_names.begin(), final_names.end());
  std::ranges::sort(result.joined);
  for (const std::string& group : groups) {
    const std::string& name = joined_name.at(sets.root(index_of(names, group)));
    result.of_image.push_back(static_cast<std::int64_t>(index_of(result.names, name)));
  }
  return result;
}

std::vector<std::int64_t> join_groups(const std::vector<ScannedImage>& images, Dataset& dataset) {
  std::vector<std::string> groups;
  std::vector<std::string> hashes;
  for (const ScannedImage& r : images) {
    groups.push_back(r.image.group);
    hashes.push_back(r.content_hash);
  }
  JoinedGroups joined = join_identical(groups, hashes);
  dataset.groups = std::move(joined.names);
  dataset.identical_images = joined.identical_images;
  if (!joined.joined.empty()) {
    dataset.warnings.push_back("joined, because byte-identical images lie in several of them: " +
                               list_names(joined.joined, "group"));
  }
  return joined.of_image;
}

}  // namespace assay::data
