#include "device.h"

#include <ATen/Context.h>
#include <torch/headeronly/version.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "assay/error.h"

namespace assay {
namespace {

// The value behind "key   : value" in a file of /proc; empty when it isn't there.
std::string proc_value(const std::filesystem::path& file, const std::string& key) {
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    const std::size_t colon = line.find(':');
    if (!line.starts_with(key) || colon == std::string::npos) continue;
    const std::size_t first = line.find_first_not_of(" \t", colon + 1);
    return first == std::string::npos ? std::string() : line.substr(first);
  }
  return {};
}

// Names of the NVIDIA cards that the driver knows, whether LibTorch can use them or not.
std::vector<std::string> cards() {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/driver/nvidia/gpus", none)) {
    const std::string name = proc_value(entry.path() / "information", "Model");
    names.push_back(name.empty() ? entry.path().filename().string() : name);
  }
  if (names.empty() && std::filesystem::exists("/dev/nvidia0", none)) names.emplace_back("a card at /dev/nvidia0");
  return names;
}

// Why CUDA can't be used here, as a clause.
std::string why_not() {
  if (!at::globalContext().hasCUDART() && !at::hasCUDA()) {
    return std::string("this LibTorch (") + TORCH_VERSION + ") was built without CUDA; build Assay against one with it";
  }
  return "the CUDA driver doesn't answer or is too old for this LibTorch (" + std::string(TORCH_VERSION) + ")";
}

}  // namespace

c10::Device choose_device(const std::string& option, Console& console) {
  if (option == "cpu") return c10::Device(c10::kCPU);
  if (at::hasCUDA()) return c10::Device(c10::kCUDA, 0);
  const std::vector<std::string> found = cards();
  if (option == "cuda") {
    throw InvalidInput(
        "training.device = \"cuda\": " +
        (found.empty() ? std::string("no NVIDIA card was found") : found.front() + " is here, but " + why_not()) +
        (found.empty() ? "; use \"auto\" or \"cpu\"" : ""));
  }
  if (!found.empty()) console.warn(found.front() + " is here but unused: " + why_not());
  return c10::Device(c10::kCPU);
}

std::string processor_name() {
  const std::string name = proc_value("/proc/cpuinfo", "model name");
  return name.empty() ? "unknown processor" : name;
}

std::string describe_device(const c10::Device& device, std::int64_t compute_threads) {
  if (device.is_cpu()) {
    return "cpu: " + processor_name() + ", " + std::to_string(compute_threads) +
           (compute_threads == 1 ? " thread" : " threads");
  }
  const std::vector<std::string> found = cards();
  const auto index = static_cast<std::size_t>(device.index() < 0 ? 0 : device.index());
  return device.str() + ": " + (index < found.size() ? found[index] : "a CUDA card");
}

}  // namespace assay
