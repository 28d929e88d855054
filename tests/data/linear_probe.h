// A small logistic regression, judged on patients it has not seen: what a linear model can tell from some features.
#pragma once

#include <cstdint>
#include <vector>

namespace assay::test {

struct ProbeData {
  std::vector<std::vector<double>> features;  ///< of each sample, all of one length
  std::vector<int> labels;                    ///< 0 or 1
  std::vector<std::int64_t> groups;
};

/// Area under the ROC curve of scores that a logistic regression (standardised features, L2 penalty 1, Newton's method)
/// gives samples of groups it was not fitted on: six folds, a group's fold being its number modulo six.
double held_out_auroc(const ProbeData& data);

}  // namespace assay::test
