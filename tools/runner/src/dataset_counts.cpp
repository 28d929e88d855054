#include "dataset_counts.h"

#include <algorithm>
#include <numeric>
#include <set>

namespace assay {
namespace {

template <class T>
auto& at(std::vector<T>& values, std::int64_t index) {
  return values[static_cast<std::size_t>(index)];
}

}  // namespace

std::int64_t sum(const SplitCounts& counts) { return std::accumulate(counts.begin(), counts.end(), std::int64_t{0}); }

SplitCounts SourceCounts::labelled() const {
  SplitCounts total{};
  for (const SplitCounts& counts : of_class) {
    for (std::size_t s = 0; s < total.size(); ++s) total[s] += counts[s];
  }
  return total;
}

DatasetCounts count(const Dataset& dataset) {
  const SourceCounts nothing{"", std::vector<SplitCounts>(dataset.classes.size(), SplitCounts{}), 0};
  DatasetCounts counts{std::vector<SourceCounts>(dataset.sources.size(), nothing), nothing, {}};
  for (std::size_t i = 0; i < dataset.sources.size(); ++i) counts.sources[i].name = dataset.sources[i];
  for (const std::string& name : dataset.groups) {
    counts.groups.push_back({name, Split::train, std::vector<std::int64_t>(dataset.classes.size(), 0), {}, 0});
  }
  std::vector<std::set<std::string>> sources_of_group(dataset.groups.size());
  for (const Sample& sample : dataset.samples) {
    const auto split = static_cast<std::size_t>(sample.split);
    ++at(at(counts.sources, sample.source).of_class, sample.label)[split];
    ++at(counts.all.of_class, sample.label)[split];
    GroupCounts& group = at(counts.groups, sample.group);
    group.split = sample.split;
    ++group.images;
    ++at(group.of_class, sample.label);
    at(sources_of_group, sample.group).insert(dataset.sources[static_cast<std::size_t>(sample.source)]);
  }
  for (std::size_t i = 0; i < counts.groups.size(); ++i) {
    counts.groups[i].sources.assign(sources_of_group[i].begin(), sources_of_group[i].end());
  }
  for (const Sample& sample : dataset.unlabelled) {
    ++at(counts.sources, sample.source).unlabelled;
    ++counts.all.unlabelled;
  }
  return counts;
}

const GroupCounts* largest_of(const std::vector<GroupCounts>& groups, Split split) {
  const GroupCounts* largest = nullptr;
  for (const GroupCounts& group : groups) {
    if (group.split == split && (largest == nullptr || group.images > largest->images)) largest = &group;
  }
  return largest;
}

std::int64_t groups_of(const std::vector<GroupCounts>& groups, Split split) {
  return std::ranges::count(groups, split, &GroupCounts::split);
}

}  // namespace assay
