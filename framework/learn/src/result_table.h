// What a finished run tells people: its figures with intervals, the confusion matrix of the test split, and what to
// type next.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "assay/data/dataset.h"
#include "assay/registry/bootstrap.h"
#include "assay/registry/predictions.h"
#include "final_evaluation.h"

namespace assay {

/// One split, judged with the best epoch's weights at the chosen threshold.
struct SplitResult {
  Split split = Split::test;
  Predictions predictions;
  double loss = 0.0;
  std::vector<MetricInterval> intervals;
};

/// Several lines without a newline at the end. memory: bytes.
std::string summary_text(const FinishedTraining& training, const std::vector<SplitResult>& results, double threshold,
                         std::int64_t run, const std::filesystem::path& folder, double memory);

}  // namespace assay
