// Recording a finished run's model on a data set that it was not made with: another laboratory's images.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assay/registry/bootstrap.h"
#include "assay/registry/predictions.h"
#include "assay/registry/registry.h"
#include "assay/registry/run.h"

namespace assay {

/// What the split of an external evaluation is called: "external." and its name.
inline constexpr std::string_view kExternalPrefix = "external.";

/// One evaluation, complete.
struct ExternalEvaluation {
  std::string name;                                      ///< "cnmc"; the split is "external.cnmc"
  std::string place;                                     ///< folder, manifest or experiment, absolute
  CheckpointChoice checkpoint = CheckpointChoice::best;  ///< which of the run's models was judged
  std::int64_t epoch = 0;                                ///< of that model
  std::int64_t step = 0;                                 ///< of that model
  std::string dataset_fingerprint;                       ///< of every image's contents, label and group
  std::vector<SampleRecord> samples;                     ///< labels index the run's classes; split is not used
  Predictions predictions;                               ///< of all samples; samples[i] indexes `samples`
  std::optional<double> threshold;                       ///< the run's; none with one output for each class
  std::vector<MetricInterval> figures;                   ///< an interval without replicates has no bounds
  std::string groups_are = "patients";                   ///< "patients", "blocks" or "images"
  std::int64_t known_images = 0;                         ///< left out: the run was trained or chosen on them
  std::int64_t bad_images = 0;                           ///< left out: they can't be read
};

/// Throws InvalidInput unless name starts with a letter or digit, goes on with those, '_' and '-', and has at most 60
/// characters.
void check_evaluation_name(const std::string& name);

/// Writes the evaluation in one transaction; one of the same name is replaced, which becomes an event of the run. The
/// rest of the run's record stays as it is. Any other process may write to the registry meanwhile. Returns true when
/// one was replaced. Throws InvalidInput for an unknown run, a wrong name, or predictions that don't fit the samples;
/// Failure when the database fails.
bool record_external_evaluation(const Registry& registry, std::int64_t run, const ExternalEvaluation& evaluation);

}  // namespace assay
