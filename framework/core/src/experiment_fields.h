// The experiment file's own struct, and the descriptions of all its sections.
#pragma once

#include "assay/experiment.h"

namespace assay {

/// The top of the file, in the order of the reference.
struct ExperimentFile {
  std::string name;
  std::int64_t seed = 0;
  DatasetOptions dataset;
  PreprocessingOptions preprocessing;
  PipelineOptions pipeline;
  std::vector<AugmentationEntry> augmentation;
  PluginEntry sampler{"random", "", {}};
  BackboneEntry backbone;
  PluginEntry head{"fully_connected", "", {}};
  TrainingOptions training;
  EvaluationOptions evaluation;
  PluginsOptions plugins;
};

void describe(Fields<DemoOptions>& f);
void describe(Fields<GroupOptions>& f);
void describe(Fields<MaskOptions>& f);
void describe(Fields<SplitOptions>& f);
void describe(Fields<ColumnOptions>& f);
void describe(Fields<SourceOptions>& f);
void describe(Fields<DatasetOptions>& f);
void describe(Fields<FixedCropOptions>& f);
void describe(Fields<PreprocessingOptions>& f);
void describe(Fields<PipelineOptions>& f);
void describe(Fields<PluginEntry>& f);
void describe(Fields<AugmentationChoice>& f);
void describe(Fields<AugmentationEntry>& f);
void describe(Fields<BackboneEntry>& f);
void describe(Fields<AdamWOptions>& f);
void describe(Fields<SgdOptions>& f);
void describe(Fields<ConstantScheduleOptions>& f);
void describe(Fields<CosineScheduleOptions>& f);
void describe(Fields<EarlyStoppingOptions>& f);
void describe(Fields<TrainingOptions>& f);
void describe(Fields<EvaluationOptions>& f);
void describe(Fields<PluginsOptions>& f);
void describe(Fields<ExperimentFile>& f);

/// What evaluation.select and early stopping may name.
std::vector<std::string> selectable_metrics();

}  // namespace assay
