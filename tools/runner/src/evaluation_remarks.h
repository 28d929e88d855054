// What a person should keep in mind who reads the figures of an external evaluation.
#pragma once

#include <string>
#include <vector>

#include "assay/registry/queries.h"

namespace assay {

/// A sentence for each: classes without an image, another share of classes than the run's test images, few groups, no
/// groups at all, another checkpoint than the best.
std::vector<std::string> evaluation_remarks(const Registry& registry, const RunDetails& run,
                                            const EvaluationRecord& evaluation);

/// "external.cnmc: 42 images of /data/cnmc, 2026-11-23 03:12:05; 3 known images and 1 bad image left out".
std::string evaluation_text(const EvaluationRecord& evaluation);

}  // namespace assay
