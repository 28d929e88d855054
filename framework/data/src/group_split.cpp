#include "group_split.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "assay/error.h"
#include "assay/hash.h"

namespace assay::data {
namespace {

constexpr std::array kSplits{Split::train, Split::validation, Split::test};
constexpr std::size_t kSplitCount = kSplits.size();

/// Shares are counted in whole millionths, so that every machine deals alike.
constexpr std::int64_t kWhole = 1'000'000;

using Shares = std::array<std::int64_t, kSplitCount>;

Shares shares_of(const SplitOptions& options) {
  const auto millionths = [](double share) { return static_cast<std::int64_t>(std::llround(share * kWhole)); };
  const Shares shares{kWhole - millionths(options.validation) - millionths(options.test),
                      millionths(options.validation), millionths(options.test)};
  for (std::size_t s = 0; s < kSplitCount; ++s) {
    if (shares[s] <= 0) {
      throw InvalidInput("dataset.split: nothing is left for " + std::string(split_name(kSplits[s])) +
                         "; validation, test and their rest each need a share above 0");
    }
  }
  return shares;
}

std::string deal_key(const GroupContents& group, std::int64_t seed) {
  Sha256 hash;
  hash.update("split " + std::to_string(seed));
  for (const std::string& content : group.hashes) hash.update(" " + content);
  return hash.finish();
}

/// Deals groups to splits, and knows how full each split is.
class Dealer {
 public:
  Dealer(const std::vector<GroupContents>& groups, const std::vector<std::string>& classes, const SplitOptions& options)
      : groups_(groups),
        classes_(classes),
        shares_(shares_of(options)),
        totals_(classes.size(), 0),
        splits_(groups.size(), Split::train) {
    for (const GroupContents& group : groups) {
      for (std::size_t k = 0; k < classes.size(); ++k) totals_[k] += group.images[k];
    }
    filled_.fill(std::vector<std::int64_t>(classes.size(), 0));
    holders_.fill(std::vector<std::int64_t>(classes.size(), 0));
    order_groups(options.seed);
  }

  std::vector<Split> deal() {
    for (const std::size_t group : order_) place(group, neediest_split(group));
    give_every_split_every_class();
    return splits_;
  }

 private:
  void order_groups(std::int64_t seed) {
    std::vector<std::string> keys;
    for (const GroupContents& group : groups_) keys.push_back(deal_key(group, seed));
    order_.resize(groups_.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::ranges::sort(order_, {}, [&](std::size_t group) { return std::pair(!is_large(group), keys[group]); });
  }

  /// Of some class, more than the smallest split should get.
  bool is_large(std::size_t group) const {
    const std::int64_t smallest = *std::ranges::min_element(shares_);
    for (std::size_t k = 0; k < totals_.size(); ++k) {
      if (share_of_class(group, k) > smallest) return true;
    }
    return false;
  }

  std::int64_t share_of_class(std::size_t group, std::size_t k) const {
    return totals_[k] == 0 ? 0 : groups_[group].images[k] * kWhole / totals_[k];
  }

  /// Minimises the sum of squared distances from the shares after the group is placed.
  std::size_t neediest_split(std::size_t group) const {
    std::size_t best = 0;
    std::int64_t best_deficit = std::numeric_limits<std::int64_t>::min();
    for (std::size_t s = 0; s < kSplitCount; ++s) {
      std::int64_t deficit = 0;
      for (std::size_t k = 0; k < totals_.size(); ++k) {
        deficit += share_of_class(group, k) * (shares_[s] - filled_[s][k]);
      }
      if (deficit > best_deficit) {
        best = s;
        best_deficit = deficit;
      }
    }
    return best;
  }

  void place(std::size_t group, std::size_t split) {
    splits_[group] = kSplits[split];
    add(group, split, 1);
  }

  void add(std::size_t group, std::size_t split, std::int64_t sign) {
    for (std::size_t k = 0; k < totals_.size(); ++k) {
      filled_[split][k] += sign * share_of_class(group, k);
      if (groups_[group].images[k] > 0) holders_[split][k] += sign;
    }
  }

  void give_every_split_every_class() {
    for (std::size_t k = 0; k < totals_.size(); ++k) {
      for (std::size_t s = 0; s < kSplitCount; ++s) {
        if (holders_[s][k] == 0) move_one_into(s, k);
      }
    }
  }

  /// Moves the smallest group with a class into a split that lacks it, from where none of its classes is missed.
  void move_one_into(std::size_t split, std::size_t k) {
    const std::size_t none = groups_.size();
    std::size_t chosen = none;
    for (const std::size_t group : order_) {
      const bool fits = groups_[group].images[k] > 0 && can_leave(group);
      if (fits && (chosen == none || groups_[group].hashes.size() < groups_[chosen].hashes.size())) chosen = group;
    }
    if (chosen == none) throw_too_few(split, k);
    add(chosen, static_cast<std::size_t>(splits_[chosen]), -1);
    place(chosen, split);
  }

  bool can_leave(std::size_t group) const {
    const auto from = static_cast<std::size_t>(splits_[group]);
    for (std::size_t k = 0; k < totals_.size(); ++k) {
      if (groups_[group].images[k] > 0 && holders_[from][k] < 2) return false;
    }
    return true;
  }

  [[noreturn]] void throw_too_few(std::size_t split, std::size_t k) const {
    std::string names;
    std::int64_t count = 0;
    for (const GroupContents& group : groups_) {
      if (group.images[k] == 0) continue;
      if (++count <= 3) names += (names.empty() ? "" : ", ") + group.name;
    }
    throw InvalidInput(
        "class '" + classes_[k] + "' would be missing from " + split_name(kSplits[split]) + ": it has " +
        std::to_string(count) + (count == 1 ? " group" : " groups") + " (" + names + (count > 3 ? ", ..." : "") +
        "), and train, validation and test each need one; add images of other patients, or choose smaller "
        "groups by dataset.group");
  }

  const std::vector<GroupContents>& groups_;
  const std::vector<std::string>& classes_;
  Shares shares_;
  std::vector<std::int64_t> totals_;                            ///< images of each class
  std::vector<Split> splits_;                                   ///< of each group
  std::vector<std::size_t> order_;                              ///< in which groups are dealt
  std::array<std::vector<std::int64_t>, kSplitCount> filled_;   ///< millionths of each class in each split
  std::array<std::vector<std::int64_t>, kSplitCount> holders_;  ///< groups with each class in each split
};

}  // namespace

std::vector<Split> split_by_group(const std::vector<GroupContents>& groups, const std::vector<std::string>& classes,
                                  const SplitOptions& options) {
  return Dealer(groups, classes, options).deal();
}

}  // namespace assay::data
