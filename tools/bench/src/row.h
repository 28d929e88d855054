// One measured claim: ours, the peer's and the goal, as tools/bench/compare reads it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace assay::bench {

struct Row {
  std::string measure;
  std::string unit;
  double ours = 0;
  std::string peer_name;  ///< what ours is held against; empty: the goal alone
  double peer = 0;
  std::string goal;
  bool met = false;
};

/// [{ measure, unit, ours, peer_name, peer, goal, met }]
nlohmann::ordered_json as_json(const std::vector<Row>& rows);

/// The middle of several values; the mean of the middle two of an even number.
double median(std::vector<double> values);

}  // namespace assay::bench
