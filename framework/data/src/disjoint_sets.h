// Which things belong together, found out pair by pair.
#pragma once

#include <cstddef>
#include <numeric>
#include <vector>

namespace assay::data {

/// Disjoint sets of the numbers below count (Galler and Fischer 1964), with path halving.
class DisjointSets {
 public:
  explicit DisjointSets(std::size_t count) : parent_(count) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }

  /// The item that stands for the set of this one.
  std::size_t root(std::size_t item) {
    while (parent_[item] != item) item = parent_[item] = parent_[parent_[item]];
    return item;
  }
  void join(std::size_t a, std::size_t b) { parent_[root(b)] = root(a); }

 private:
  std::vector<std::size_t> parent_;
};

}  // namespace assay::data
