// Running a test once for each instruction set that kernels were compiled for and this processor has.
#pragma once

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cctype>
#include <cstdint>
#include <string>
#include <vector>

namespace assay::test {

inline std::vector<std::int64_t> instruction_sets() { return hwy::SupportedAndGeneratedTargets(); }

/// While it lives, kernels use this instruction set only. For the whole process.
class OnlyInstructionSet {
 public:
  explicit OnlyInstructionSet(std::int64_t set) { choose(set); }
  ~OnlyInstructionSet() { choose(0); }
  OnlyInstructionSet(const OnlyInstructionSet&) = delete;
  OnlyInstructionSet& operator=(const OnlyInstructionSet&) = delete;

 private:
  /// 0: whatever the processor has.
  static void choose(std::int64_t set) {
    hwy::SetSupportedTargetsForTest(set);
    hwy::GetChosenTarget().DeInit();
  }
};

inline std::string instruction_set_name(const testing::TestParamInfo<std::int64_t>& info) {
  return hwy::TargetName(info.param);
}

}  // namespace assay::test
