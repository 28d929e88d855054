#include "assay/thread_counts.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <thread>

namespace assay {
namespace {

namespace fs = std::filesystem;

/// std::thread::hardware_concurrency doesn't look at the mask: glibc 2.35 and later answer it from /sys.
double in_affinity_mask() {
  cpu_set_t mask;
  if (::sched_getaffinity(0, sizeof(mask), &mask) == 0) return CPU_COUNT(&mask);
  return std::thread::hardware_concurrency();  // more processors than the mask has room for
}

/// Processors' worth of time; nullopt: no limit, or nothing that could be read as one.
std::optional<double> share(double quota, double period) {
  if (!(quota > 0) || !(period > 0)) return std::nullopt;
  return quota / period;
}

std::optional<double> number_in(const fs::path& file) {
  double number = 0;
  if (std::ifstream(file) >> number) return number;
  return std::nullopt;
}

/// Version 2: "200000 100000", or "max 100000".
std::optional<double> quota_2(const fs::path& group) {
  std::ifstream in(group / "cpu.max");
  double quota = 0;
  double period = 0;
  if (!(in >> quota >> period)) return std::nullopt;
  return share(quota, period);
}

/// Version 1: a quota of -1 is none.
std::optional<double> quota_1(const fs::path& group) {
  return share(number_in(group / "cpu.cfs_quota_us").value_or(-1), number_in(group / "cpu.cfs_period_us").value_or(0));
}

/// The least that a group and those above it allow. A container often sees its own group as the root, under another
/// path than /proc/self/cgroup tells; missing folders allow everything.
double least_quota(const fs::path& root, const fs::path& group, std::optional<double> (*quota)(const fs::path&)) {
  double least = std::numeric_limits<double>::infinity();
  for (fs::path at = group.relative_path();; at = at.parent_path()) {
    least = std::min(least, quota(root / at).value_or(least));
    if (at.empty()) return least;
  }
}

bool has_word(const std::string& list, const std::string& word) {
  return ("," + list + ",").find("," + word + ",") != std::string::npos;
}

double quota_of_groups(const fs::path& system) {
  const fs::path groups = system / "sys/fs/cgroup";
  double least = std::numeric_limits<double>::infinity();
  std::ifstream in(system / "proc/self/cgroup");
  for (std::string line; std::getline(in, line);) {  // "0::/a/b", "4:cpu,cpuacct:/a/b"
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const fs::path group = line.substr(second + 1);
    if (controllers.empty()) least = std::min(least, least_quota(groups, group, quota_2));
    if (has_word(controllers, "cpu")) least = std::min(least, least_quota(groups / controllers, group, quota_1));
  }
  return least;
}

}  // namespace

std::int64_t usable_processors(const fs::path& system) {
  return static_cast<std::int64_t>(std::max(1.0, std::ceil(std::min(in_affinity_mask(), quota_of_groups(system)))));
}

std::int64_t loader_threads(std::int64_t asked) { return asked > 0 ? asked : usable_processors(); }

std::int64_t compute_threads(std::int64_t asked) { return asked > 0 ? asked : usable_processors(); }

}  // namespace assay
