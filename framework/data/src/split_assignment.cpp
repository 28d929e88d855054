#include "split_assignment.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "assay/printable.h"
#include "group_split.h"

namespace assay::data {
namespace {

constexpr std::array kSplits{Split::train, Split::validation, Split::test};

class SplitAssignment {
 public:
  SplitAssignment(const std::vector<ScannedImage>& images, const DatasetOptions& options, Dataset& dataset)
      : images_(images), options_(options), dataset_(dataset) {}

  void run() {
    check_groups();
    for (std::size_t i = 0; i < images_.size(); ++i) {
      if (given(i)) dataset_.samples[i].split = *given(i);
    }
    if (is_anything_drawn()) {
      draw();
    } else {
      warn_of_unused_shares();
    }
    check_splits();
  }

 private:
  const std::optional<Split>& given(std::size_t i) const { return images_[i].image.split; }

  bool is_anything_drawn() const {
    return std::ranges::any_of(images_, [](const ScannedImage& r) { return !r.image.split.has_value(); });
  }

  /// "fold_0/a.bmp of source 'fold_0' in train".
  std::string place_of(std::size_t i) const {
    const Sample& sample = dataset_.samples[i];
    const std::string source = dataset_.sources.size() > 1
                                   ? " of source '" + dataset_.sources[static_cast<std::size_t>(sample.source)] + "'"
                                   : "";
    return sample.name + source + (given(i) ? std::string(" in ") + split_name(*given(i)) : " in one that is drawn");
  }

  /// A group whose images were sent to two splits would let a patient be both learned and judged.
  void check_groups() const {
    std::vector<Problem> problems;
    std::map<std::int64_t, std::size_t> first_of_group;
    std::set<std::int64_t> reported;
    for (std::size_t i = 0; i < images_.size(); ++i) {
      const std::int64_t group = dataset_.samples[i].group;
      const std::size_t first = first_of_group.emplace(group, i).first->second;
      if (given(first) != given(i) && reported.insert(group).second) problems.push_back(two_splits(group, first, i));
    }
    if (!problems.empty()) throw InvalidInput(std::move(problems));
  }

  Problem two_splits(std::int64_t group, std::size_t one, std::size_t other) const {
    std::string why;
    if (const CopyPair* pair = copies_apart(group)) {
      one = static_cast<std::size_t>(pair->first);
      other = static_cast<std::size_t>(pair->second);
      why = ", which show the same";
    }
    return {Location{}, printable("group '" + dataset_.groups[static_cast<std::size_t>(group)] +
                                  "' is in two splits: " + place_of(one) + ", and " + place_of(other) + why +
                                  "; put the whole group into one split, or leave images out")};
  }

  /// The pair of copies that made one group of what was given to two splits; nullptr where names alone did.
  const CopyPair* copies_apart(std::int64_t group) const {
    for (const JoinedGroup& joined : dataset_.joined) {
      if (joined.group != group) continue;
      for (const CopyPair& pair : joined.pairs) {
        if (given(static_cast<std::size_t>(pair.first)) != given(static_cast<std::size_t>(pair.second))) return &pair;
      }
    }
    return nullptr;
  }

  /// What the drawn groups hold; of_group tells which group of the data set each is.
  std::vector<GroupContents> drawn_contents(std::vector<std::int64_t>& of_group) const {
    std::map<std::int64_t, GroupContents> groups;
    for (std::size_t i = 0; i < images_.size(); ++i) {
      if (given(i)) continue;
      const Sample& sample = dataset_.samples[i];
      GroupContents& group = groups[sample.group];
      group.images.resize(dataset_.classes.size());
      // Copies count once, else copying files would move groups between splits. They are neighbours and in one group.
      if (!group.hashes.empty() && group.hashes.back() == sample.content_hash) continue;
      group.hashes.push_back(sample.content_hash);
      ++group.images[static_cast<std::size_t>(sample.label)];
    }
    std::vector<GroupContents> contents;
    for (auto& [number, group] : groups) {
      group.name = dataset_.groups[static_cast<std::size_t>(number)];
      of_group.push_back(number);
      contents.push_back(std::move(group));
    }
    return contents;
  }

  std::vector<Split> splits_to_draw() const {
    std::vector<Split> splits;
    for (const Split split : kSplits) {
      const bool is_given = std::ranges::any_of(images_, [&](const auto& r) { return r.image.split == split; });
      if (!is_given) splits.push_back(split);
    }
    return splits;
  }

  void draw() {
    std::vector<std::int64_t> of_group;
    const std::vector<GroupContents> groups = drawn_contents(of_group);
    const std::vector<Split> drawn =
        split_by_group(groups, dataset_.classes, std::get<SplitOptions>(options_.split), splits_to_draw());
    for (std::size_t i = 0; i < images_.size(); ++i) {
      if (given(i)) continue;
      const auto group = std::ranges::lower_bound(of_group, dataset_.samples[i].group) - of_group.begin();
      dataset_.samples[i].split = drawn[static_cast<std::size_t>(group)];
    }
  }

  /// Only shares that somebody wrote deserve a word: the defaults are always there.
  void warn_of_unused_shares() const {
    const auto* shares = std::get_if<SplitOptions>(&options_.split);
    const SplitOptions defaults;
    if (shares == nullptr ||
        (shares->validation == defaults.validation && shares->test == defaults.test && shares->seed == defaults.seed)) {
      return;
    }
    dataset_.warnings.push_back("the shares of dataset.split are not used: every source says where its images belong");
  }

  void check_splits() const {
    std::vector<Problem> problems;
    for (const Split split : kSplits) {
      std::set<std::int64_t> present;
      for (const Sample& sample : dataset_.samples) {
        if (sample.split == split) present.insert(sample.label);
      }
      if (present.empty()) {
        problems.emplace_back(Location{}, std::string("dataset.split: no image is in ") + split_name(split));
        continue;
      }
      for (std::size_t k = 0; k < dataset_.classes.size(); ++k) {
        if (present.contains(static_cast<std::int64_t>(k))) continue;
        problems.emplace_back(
            Location{}, "dataset.split: class '" + dataset_.classes[k] + "' has no image in " + split_name(split));
      }
    }
    if (!problems.empty()) throw InvalidInput(std::move(problems));
  }

  const std::vector<ScannedImage>& images_;
  const DatasetOptions& options_;
  Dataset& dataset_;
};

}  // namespace

void assign_splits(const std::vector<ScannedImage>& images, const DatasetOptions& options, Dataset& dataset) {
  SplitAssignment(images, options, dataset).run();
}

}  // namespace assay::data
