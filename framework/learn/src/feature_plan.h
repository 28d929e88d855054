// Whether features are computed once and kept: decided before training from what is frozen, how many views there are,
// and what fits the budget; told to the user and recorded.
#pragma once

#include <cstdint>
#include <string>

#include "assay/tensor_file.h"
#include "feature_extractor.h"
#include "job.h"

namespace assay {

struct FeaturePlan {
  bool keep_training = false;    ///< all views of the training split
  bool keep_evaluation = false;  ///< plain views of validation and test
  FeatureKind kind = FeatureKind::pooled;
  DType dtype = DType::f32;  ///< of the training split's; evaluation's are float32, as predictions see them
  std::int64_t views = 0;    ///< distinct views of a training image; 0: a new one each epoch
  double bytes = 0.0;        ///< of all that is kept
  std::string text;          ///< one line: what is kept, and why the rest isn't
};

/// Throws InvalidInput when training.feature_cache = "on" can't be done, with the reason.
FeaturePlan plan_features(const Job& job);

}  // namespace assay
