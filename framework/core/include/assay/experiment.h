// An experiment: what a TOML file says, checked and typed. The structs hold the defaults; the describe functions
// (experiment_fields.cpp) hold ranges, units and words; plugins' own options stay nodes that their descriptions check.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "assay/fields.h"
#include "assay/plugin_host.h"

namespace assay {

/// [dataset.demo]: the synthetic set.
struct DemoOptions {
  std::int64_t images = 600;   ///< pictures to draw
  std::int64_t patients = 24;  ///< patients they come from
  std::int64_t size = 256;     ///< pixels on a side
};

/// dataset.group: what never spans two splits. Exactly one key.
struct GroupOptions {
  std::optional<std::string> pattern;  ///< regular expression on the relative path; its first capture is the group
  std::optional<std::string> column;   ///< of the manifest
  std::optional<std::int64_t> folder;  ///< the n-th folder of the relative path, from 1
  std::optional<std::int64_t> block;   ///< so many neighbours in the order of file numbers, within one folder
};

/// A rectangle in shares of the picture's width and height.
struct MaskOptions {
  double left = 0.0;    ///< share of the width
  double top = 0.0;     ///< share of the height
  double right = 1.0;   ///< share of the width
  double bottom = 1.0;  ///< share of the height
};

/// dataset.split: shares of groups.
struct SplitOptions {
  double validation = 0.15;  ///< share of the groups
  double test = 0.15;        ///< share of the groups
  std::int64_t seed = 0;     ///< of the draw
};

/// Which columns of a source's CSV mean what. Further columns are kept beside each image.
struct ColumnOptions {
  std::string path = "path";         ///< the image's file
  std::string label = "label";       ///< its class, or what `labels` turns into one
  std::optional<std::string> group;  ///< the patient, or what dataset.group.pattern finds it in; default: "group"
};

/// [[dataset.source]]: one of several places that images come from.
struct SourceOptions {
  std::string path;                           ///< a folder, or a CSV manifest; absolute once it is read
  std::optional<std::string> name;            ///< default: the path's last part, without ending
  std::optional<std::string> folder;          ///< where the manifest's paths start; default: the manifest's folder
  std::optional<std::string> split;           ///< "train", "validation", "test", or "none": prediction only
  std::optional<GroupOptions> group;          ///< default: dataset.group
  ColumnOptions columns;                      ///< of a manifest
  std::map<std::string, std::string> labels;  ///< label in the manifest: class
};

/// [dataset].
struct DatasetOptions {
  std::optional<std::string> path;                          ///< "demo", a folder, or a CSV manifest; or `source`
  std::optional<std::string> root;                          ///< where relative paths of sources start
  std::vector<SourceOptions> source;                        ///< several places; or `path`
  std::optional<std::string> positive;                      ///< class that one output stands for
  std::optional<GroupOptions> group;                        ///< what never spans two splits
  std::vector<MaskOptions> mask;                            ///< rectangles hidden in every picture
  std::variant<SplitOptions, std::string> split;            ///< shares, or the name of a manifest's column
  std::map<std::string, std::vector<std::string>> classes;  ///< class: its folders or labels
  std::string on_bad_image = "stop";                        ///< "stop" or "skip"
  double pixel_limit = 100e6;                               ///< largest width x height that is decoded
  std::string near_copies = "join";                         ///< "join" or "keep"
  DemoOptions demo;                                         ///< the synthetic set
};

/// preprocessing.crop: exactly one of center and foreground.
struct FixedCropOptions {
  std::optional<std::int64_t> center;  ///< side of a centred square, pixels of the source
  std::optional<bool> foreground;      ///< the square around what is not background
  double margin = 0.1;                 ///< with foreground: share of the side added around
  bool keep_scale = false;             ///< with foreground: one side for all images, so that sizes stay comparable
  std::optional<double> side;          ///< with keep_scale: that side, in pixels of the source; default: measured
};

/// [preprocessing].
struct PreprocessingOptions {
  std::optional<FixedCropOptions> crop;      ///< not given: the whole picture
  std::optional<std::int64_t> size;          ///< pixels on a side; default: what the weights expect
  std::optional<std::vector<double>> mean;   ///< of RGB in [0, 1]
  std::optional<std::vector<double>> std;    ///< of RGB in [0, 1]
  std::optional<std::string> interpolation;  ///< "bilinear" or "bicubic"
};

/// [pipeline].
struct PipelineOptions {
  std::int64_t views = 0;                   ///< distinct augmented views of each image; 0: a new one every epoch
  std::int64_t threads = 0;                 ///< loader threads; 0: as many as there are processors
  std::string interpolation = "bilinear";   ///< of augmented views: "bilinear" or "bicubic"
  std::string dtype = "float32";            ///< of a batch's pixels, or "bfloat16"
  std::string cache = "on";                 ///< "on" or "off": decoded pictures in one mapped file
  std::optional<std::int64_t> stored_size;  ///< longer side that decoded pictures are reduced to; default: as decoded
};

/// An entry that names a plugin. options holds the plugin's own keys, checked and complete.
struct PluginEntry {
  std::string plugin;  ///< name of the plugin
  std::string id;      ///< augmentations only
  Node options;        ///< the plugin's own keys, checked, with defaults
};

/// One alternative of an [[augmentation]] entry's one_of.
struct AugmentationChoice : PluginEntry {
  double probability = 1;  ///< how likely, against the others of its one_of
};

/// An [[augmentation]] entry: a plugin, or a group of which each picture gets one.
struct AugmentationEntry : PluginEntry {
  double probability = 1;                  ///< that a picture gets it
  std::vector<AugmentationChoice> one_of;  ///< the group; plugin is empty then
};

/// [backbone].
struct BackboneEntry : PluginEntry {
  std::string weights = "imagenet";                        ///< "imagenet", "none" or a file
  std::variant<std::int64_t, std::string> freeze = "all";  ///< "all", "none", or stages counted from the input
};

/// Training.optimizer = { name = "adamw" }: Loshchilov and Hutter 2019.
struct AdamWOptions {
  static constexpr const char* name = "adamw";  ///< the word that chooses it
  double learning_rate = 1e-3;                  ///< the highest, after warm-up
  double weight_decay = 1e-2;                   ///< decoupled, times the learning rate
  double beta1 = 0.9;                           ///< decay of the first moment
  double beta2 = 0.999;                         ///< decay of the second moment
  double epsilon = 1e-8;                        ///< added to the root of the second moment
};
/// Training.optimizer = { name = "sgd" }: stochastic gradient descent with momentum, as torch.optim.SGD.
struct SgdOptions {
  static constexpr const char* name = "sgd";  ///< the word that chooses it
  double learning_rate = 1e-2;                ///< the highest, after warm-up
  double momentum = 0.9;                      ///< share of the last step that is kept
  bool nesterov = false;                      ///< Nesterov's form of momentum
  double weight_decay = 0.0;                  ///< added to the gradient
};
/// Training.schedule = { name = "constant" }: one learning rate after warm-up.
struct ConstantScheduleOptions {
  static constexpr const char* name = "constant";  ///< the word that chooses it
  double warmup_epochs = 0.0;                      ///< linear rise from 0, step by step
};
/// Training.schedule = { name = "cosine" }: half a cosine without restarts (Loshchilov and Hutter 2017).
struct CosineScheduleOptions {
  static constexpr const char* name = "cosine";  ///< the word that chooses it
  double warmup_epochs = 0.0;                    ///< linear rise from 0, step by step
  double final_share = 0.0;                      ///< the last learning rate as a share of the first
};

/// [training.early_stopping].
struct EarlyStoppingOptions {
  std::int64_t patience = 0;          ///< epochs without improvement; 0: off
  std::optional<std::string> metric;  ///< default: evaluation.select
  double min_delta = 0.0;             ///< smallest change that counts as improvement
};

/// [training].
struct TrainingOptions {
  std::int64_t epochs = 100;                                              ///< passes over the training split
  std::int64_t batch_size = 64;                                           ///< images in a step
  std::variant<AdamWOptions, SgdOptions> optimizer;                       ///< how parameters follow gradients
  std::variant<ConstantScheduleOptions, CosineScheduleOptions> schedule;  ///< how the learning rate moves
  EarlyStoppingOptions early_stopping;                                    ///< ends training that no longer improves
  std::string loss = "auto";                                              ///< "auto": by the number of outputs
  std::string feature_cache = "auto";                                     ///< "auto", "on" or "off"
  std::string feature_dtype = "float32";                                  ///< of kept features, or "bfloat16"
  double feature_cache_budget = 4e9;                                      ///< bytes
  std::string device = "auto";                                            ///< "auto", "cpu" or "cuda"
  std::int64_t compute_threads = 0;                                       ///< 0: as many as there are processors
  double checkpoint_minutes = 10.0;  ///< most minutes between two checkpoints; 0: each epoch
};

/// [evaluation].
struct EvaluationOptions {
  std::string select = "validation.auroc";                            ///< "<split>.<metric>" whose best epoch is kept
  std::variant<double, std::string> threshold = "balanced_accuracy";  ///< a probability, or the rule that chooses it
  std::int64_t bootstrap = 1000;                                      ///< replicates for the intervals
};

/// [plugins].
struct PluginsOptions {
  std::vector<std::string> path;  ///< folders searched first
};

/// A whole experiment, checked.
struct Experiment {
  std::string name;                              ///< what the run is called
  std::int64_t seed = 0;                         ///< of weights, order, augmentation and dropout
  DatasetOptions dataset;                        ///< the images
  PreprocessingOptions preprocessing;            ///< the same in training and evaluation
  PipelineOptions pipeline;                      ///< how training pictures are made
  std::vector<AugmentationEntry> augmentations;  ///< in order
  PluginEntry sampler;                           ///< which images an epoch shows
  BackboneEntry backbone;                        ///< pictures to features
  PluginEntry head;                              ///< features to logits
  TrainingOptions training;                      ///< how the weights are found
  EvaluationOptions evaluation;                  ///< how the result is judged
  PluginsOptions plugins;                        ///< where plugins are found

  /// The whole configuration with defaults filled in and paths absolute: what the registry stores. The tables of
  /// plugins hold "plugin" and their own keys; augmentations are a list of tables with "id".
  Node resolved;
};

/// Reads a file and what it extends, applies "a.b=value" settings, checks all of it and returns it typed.
/// Throws InvalidInput with every problem found, each with file:line:column.
Experiment read_experiment(const std::filesystem::path& file, const std::vector<std::string>& settings);

/// The experiment of a stored run: resolved is a table as Experiment::resolved holds it.
Experiment experiment_from_resolved(const Node& resolved);

/// The catalogue of the plugins an experiment may use.
PluginCatalog catalog_for(const PluginsOptions& options);

/// What a source is called: its name, or its path's last part, without ".csv".
std::string name_of(const SourceOptions& source);

/// The description of the whole file, for the reference (experiments/README.md). Plugins' own keys are not in it.
FieldTable experiment_fields();

}  // namespace assay
