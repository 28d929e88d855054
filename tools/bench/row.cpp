#include "row.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string_view>
#include <thread>

namespace assay::bench {
namespace {

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

std::string machine() { return processor() + ", " + std::to_string(std::thread::hardware_concurrency()) + " cores"; }

}  // namespace

void print(const std::vector<Row>& rows) {
  std::printf("%s\n%-58s %12s %12s %8s  %s\n", machine().c_str(), "measure", "ours", "peer", "ratio", "goal");
  for (const Row& row : rows) {
    std::printf("%-58s %9.4g %-2s %12.4g %8.3g  %s: %s%s%s\n", row.measure.c_str(), row.ours, row.unit.c_str(),
                row.peer, row.ratio(), row.goal.c_str(), row.met ? "met" : "MISSED",
                row.peer_name.empty() ? "" : "; peer: ", row.peer_name.c_str());
  }
}

void write_json(const std::vector<Row>& rows, const std::filesystem::path& file) {
  nlohmann::ordered_json json = {{"machine", machine()}, {"rows", nlohmann::ordered_json::array()}};
  for (const Row& row : rows) {
    json["rows"].push_back({{"measure", row.measure},
                            {"unit", row.unit},
                            {"ours", row.ours},
                            {"peer_name", row.peer_name},
                            {"peer", row.peer},
                            {"ratio", row.ratio()},
                            {"goal", row.goal},
                            {"met", row.met}});
  }
  std::ofstream(file) << json.dump(2) << "\n";
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace assay::bench
