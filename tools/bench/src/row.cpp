#include "row.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace assay::bench {

nlohmann::ordered_json as_json(const std::vector<Row>& rows) {
  auto json = nlohmann::ordered_json::array();
  for (const Row& row : rows) {
    json.push_back({{"measure", row.measure},
                    {"unit", row.unit},
                    {"ours", row.ours},
                    {"peer_name", row.peer_name},
                    {"peer", row.peer},
                    {"goal", row.goal},
                    {"met", row.met}});
  }
  return json;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace assay::bench
