#include "group_split.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "assay/error.h"
#include "assay/hash.h"

namespace assay::data {
namespace {

/// Shares are counted in whole millionths, so that every machine deals alike.
constexpr std::int64_t kWhole = 1'000'000;

/// What a split gets, in millionths. Train has no share of its own.
std::int64_t share_of(Split split, const SplitOptions& options) {
  const double share = split == Split::validation ? options.validation : split == Split::test ? options.test : 0.0;
  return static_cast<std::int64_t>(std::llround(share * kWhole));
}

std::vector<std::int64_t> shares_of(const std::vector<Split>& drawn, const SplitOptions& options) {
  if (drawn.empty()) {
    throw InvalidInput(
        "dataset.split: train, validation and test are each given by a source, so nothing can be drawn from the "
        "others; give them a split, or \"none\" for prediction only");
  }
  std::vector<std::int64_t> shares;
  for (const Split split : drawn) shares.push_back(share_of(split, options));
  const std::int64_t asked = std::accumulate(shares.begin(), shares.end(), std::int64_t{0});
  if (drawn.front() == Split::train) {
    shares.front() = kWhole - asked;
  } else if (asked > 0) {
    shares.front() = shares.front() * kWhole / asked;
    if (shares.size() > 1) shares.back() = kWhole - shares.front();
  }
  for (std::size_t s = 0; s < drawn.size(); ++s) {
    if (shares[s] > 0) continue;
    throw InvalidInput("dataset.split: nothing is left for " + std::string(split_name(drawn[s])) +
                       "; validation, test and their rest each need a share above 0");
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
  Dealer(const std::vector<GroupContents>& groups, const std::vector<std::string>& classes, const SplitOptions& options,
         const std::vector<Split>& drawn)
      : groups_(groups),
        classes_(classes),
        drawn_(drawn),
        shares_(shares_of(drawn, options)),
        totals_(classes.size(), 0),
        split_of_(groups.size(), 0),
        filled_(drawn.size(), std::vector<std::int64_t>(classes.size(), 0)),
        holders_(filled_) {
    for (const GroupContents& group : groups) {
      for (std::size_t k = 0; k < classes.size(); ++k) totals_[k] += group.images[k];
    }
    order_groups(options.seed);
  }

  std::vector<Split> deal() {
    for (const std::size_t group : order_) place(group, neediest_split(group));
    give_every_split_every_class();
    std::vector<Split> splits;
    for (const std::size_t split : split_of_) splits.push_back(drawn_[split]);
    return splits;
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
    for (std::size_t s = 0; s < drawn_.size(); ++s) {
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
    split_of_[group] = split;
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
      for (std::size_t s = 0; s < drawn_.size(); ++s) {
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
    add(chosen, split_of_[chosen], -1);
    place(chosen, split);
  }

  bool can_leave(std::size_t group) const {
    const std::size_t from = split_of_[group];
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
    const std::string holders = std::to_string(count) + (count == 1 ? " group" : " groups") +
                                (count == 0 ? "" : " (" + names + (count > 3 ? ", ..." : "") + ")");
    throw InvalidInput("class '" + classes_[k] + "' would be missing from " + split_name(drawn_[split]) + ": it has " +
                       holders + " to draw from, and " + drawn_names() +
                       (drawn_.size() == 1 ? " needs one" : " each need one") +
                       "; add images of other patients, or choose smaller groups by dataset.group");
  }

  std::string drawn_names() const {
    std::string names;
    for (std::size_t s = 0; s < drawn_.size(); ++s) {
      names += (s == 0 ? "" : s + 1 == drawn_.size() ? " and " : ", ") + std::string(split_name(drawn_[s]));
    }
    return names;
  }

  const std::vector<GroupContents>& groups_;
  const std::vector<std::string>& classes_;
  const std::vector<Split>& drawn_;                 ///< the splits, which are meant by their places here
  std::vector<std::int64_t> shares_;                ///< of each split
  std::vector<std::int64_t> totals_;                ///< images of each class
  std::vector<std::size_t> split_of_;               ///< each group
  std::vector<std::size_t> order_;                  ///< in which groups are dealt
  std::vector<std::vector<std::int64_t>> filled_;   ///< millionths of each class in each split
  std::vector<std::vector<std::int64_t>> holders_;  ///< groups with each class in each split
};

}  // namespace

std::vector<Split> split_by_group(const std::vector<GroupContents>& groups, const std::vector<std::string>& classes,
                                  const SplitOptions& options, const std::vector<Split>& drawn) {
  return Dealer(groups, classes, options, drawn).deal();
}

}  // namespace assay::data
