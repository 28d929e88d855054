// One measured claim: ours, the peer's, their ratio and the goal; printed as a table and as JSON.
#pragma once

#include <filesystem>
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

  double ratio() const { return peer == 0 ? 0 : ours / peer; }
};

void print(const std::vector<Row>& rows);

/// { "machine": ..., "rows": [{ measure, unit, ours, peer_name, peer, ratio, goal, met }] }
void write_json(const std::vector<Row>& rows, const std::filesystem::path& file);

/// The middle of several values; the mean of the middle two of an even number.
double median(std::vector<double> values);

}  // namespace assay::bench
