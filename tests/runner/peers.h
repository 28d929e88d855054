// Python with timm, torchvision and Pillow (tools/peers), for tests that hold Assay against them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "runner_process.h"

namespace assay {

/// The python of tools/peers; empty where it was not made.
std::filesystem::path peers_python();

/// Runs a Python program in a folder by that python.
Outcome run_python(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                   const std::filesystem::path& folder);

}  // namespace assay

/// Skips a test where there are no peers; where CI is set that is a failure.
#define ASSAY_NEEDS_PEERS()                                                              \
  if (assay::peers_python().empty()) {                                                   \
    if (std::getenv("CI") != nullptr) FAIL() << "tools/peers could not make its Python"; \
    GTEST_SKIP() << "there is no Python with timm; tools/peers makes it";                \
  }
