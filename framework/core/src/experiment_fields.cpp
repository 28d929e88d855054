// The keys of an experiment file: kinds, ranges, units, words and what they mean. Defaults stand in experiment.h.
#include "experiment_fields.h"

namespace assay {

void describe(Fields<DemoOptions>& f) {
  f.integer("images", &DemoOptions::images).in(8, 1'000'000).help("pictures to render");
  f.integer("patients", &DemoOptions::patients).in(4, 100'000).not_above("images").help("patients they come from");
  f.integer("size", &DemoOptions::size).in(32, 1024).unit("px").help("side of each picture");
}

void describe(Fields<GroupOptions>& f) {
  f.text("pattern", &GroupOptions::pattern)
      .help("regular expression, case ignored, on the image's path; its first capture, upper-cased, is the group");
  f.text("column", &GroupOptions::column).help("column of the manifest");
  f.integer("folder", &GroupOptions::folder).in(1, 64).help("number of the folder on the image's path, from 1");
  f.integer("block", &GroupOptions::block)
      .at_least(1)
      .unit("images")
      .help("neighbours in the order of file numbers within a folder");
  f.exactly_one({"pattern", "column", "folder", "block"});
}

void describe(Fields<MaskOptions>& f) {
  f.number("left", &MaskOptions::left).in(0, 1).not_above("right").unit("share of the width").help("left edge");
  f.number("top", &MaskOptions::top).in(0, 1).not_above("bottom").unit("share of the height").help("upper edge");
  f.number("right", &MaskOptions::right).in(0, 1).unit("share of the width").help("right edge");
  f.number("bottom", &MaskOptions::bottom).in(0, 1).unit("share of the height").help("lower edge");
}

void describe(Fields<SplitOptions>& f) {
  f.number("validation", &SplitOptions::validation)
      .in(0.01, 0.9)
      .unit("share of the groups")
      .help("for choosing the epoch and the threshold");
  f.number("test", &SplitOptions::test).in(0.01, 0.9).unit("share of the groups").help("looked at once, at the end");
  f.integer("seed", &SplitOptions::seed)
      .at_least(0)
      .help("another number draws another split; training.seed never does");
}

void describe(Fields<ColumnOptions>& f) {
  f.text("path", &ColumnOptions::path).help("the image's file");
  f.text("label", &ColumnOptions::label).help("its class, or what `labels` turns into one");
  f.text("group", &ColumnOptions::group)
      .help("the patient, or the text in which dataset.group.pattern finds it; default: \"group\" where there is one");
}

void describe(Fields<SourceOptions>& f) {
  f.text("path", &SourceOptions::path).required().path().help("a folder of images, or a CSV manifest");
  f.text("name", &SourceOptions::name).help("what it is called in counts; default: the path's last part");
  f.text("folder", &SourceOptions::folder)
      .path()
      .help("where the manifest's paths start; default: the manifest's folder");
  f.text("split", &SourceOptions::split)
      .words({"train", "validation", "test", "none"})
      .help(
          "where all its images belong; \"none\": no split, labels not needed, for prediction only; default: drawn by "
          "dataset.split");
  f.table("group", &SourceOptions::group).help("default: dataset.group");
  f.table("columns", &SourceOptions::columns).help("names of the manifest's columns");
  f.map("labels", &SourceOptions::labels).help("label in the manifest = class, as in { \"1\" = \"all\" }");
}

void describe(Fields<DatasetOptions>& f) {
  f.text("path", &DatasetOptions::path)
      .words({"demo"})
      .path()
      .help(
          "\"demo\" (a synthetic set, rendered on first use), a folder of images, or a CSV manifest with "
          "path,label,group[,split]");
  f.text("root", &DatasetOptions::root)
      .path()
      .help("folder in which relative paths of sources start; default: that of the file that gives them");
  f.table("source", &DatasetOptions::source).help("one of several places that images come from, instead of path");
  f.text("positive", &DatasetOptions::positive)
      .help("the class that the one output stands for; required with two classes");
  f.table("group", &DatasetOptions::group).help("what never spans two splits: the patient");
  f.table("mask", &DatasetOptions::mask)
      .help("parts of every picture that are filled with its median before anything sees it");
  f.either("split", &DatasetOptions::split)
      .help(
          "shares of the groups whose source gives no split, or the manifest's column that names each image's split: "
          "train, validation, test, or none");
  f.map("classes", &DatasetOptions::classes).help("class = [folders or labels]; default: one class a folder");
  f.text("on_bad_image", &DatasetOptions::on_bad_image)
      .words({"stop", "skip"})
      .help("what an image that can't be read does: stop and list all, or be left out and counted");
  f.number("pixel_limit", &DatasetOptions::pixel_limit)
      .in(1, 1e10)
      .unit("px")
      .help("largest width x height that is decoded");
  f.text("near_copies", &DatasetOptions::near_copies)
      .words({"join", "keep"})
      .help("images saved twice with other bytes: join their groups, or only warn of them");
  f.table("demo", &DatasetOptions::demo).help("the synthetic set");
  f.exactly_one({"path", "source"});
}

void describe(Fields<FixedCropOptions>& f) {
  f.integer("center", &FixedCropOptions::center).at_least(1).unit("px of the source").help("side of a centred square");
  f.boolean("foreground", &FixedCropOptions::foreground).help("the square around what is not background");
  f.number("margin", &FixedCropOptions::margin).in(0, 1).unit("share of the side").help("room around the foreground");
  f.boolean("keep_scale", &FixedCropOptions::keep_scale)
      .help("one side for all images, so that large cells stay larger than small ones");
  f.number("side", &FixedCropOptions::side)
      .at_least(1)
      .unit("px of the source")
      .help("that side; default: what the largest foreground of the training split needs");
  f.exactly_one({"center", "foreground"});
}

void describe(Fields<PreprocessingOptions>& f) {
  f.table("crop", &PreprocessingOptions::crop).help("fixed part of every picture; default: the whole picture");
  f.integer("size", &PreprocessingOptions::size)
      .in(8, 2048)
      .unit("px")
      .help("side of the network's input; default: what the weights expect");
  f.numbers("mean", &PreprocessingOptions::mean)
      .in(0, 1)
      .help("of R, G, B in [0, 1]; default: what the weights expect");
  f.numbers("std", &PreprocessingOptions::std)
      .in(1e-3, 10)
      .help("of R, G, B in [0, 1]; default: what the weights expect");
  f.text("interpolation", &PreprocessingOptions::interpolation)
      .words({"bilinear", "bicubic"})
      .help("of the plain resize; default: what the weights expect");
}

void describe(Fields<PipelineOptions>& f) {
  f.integer("views", &PipelineOptions::views)
      .in(0, 10'000)
      .help(
          "distinct augmented views of each image, cycled over the epochs; 0: a new one every epoch, which no feature "
          "cache can hold");
  f.integer("threads", &PipelineOptions::threads)
      .in(0, 1024)
      .help("loader threads; 0: one for each processor this process may use. The result doesn't depend on it");
  f.text("interpolation", &PipelineOptions::interpolation)
      .words({"bilinear", "bicubic"})
      .help("how augmented views look up their pixels; the plain resize has preprocessing.interpolation");
  f.text("dtype", &PipelineOptions::dtype)
      .words({"float32", "bfloat16"})
      .help("of a batch's pixels on their way to the device; bfloat16 halves them and keeps 8 of 24 bits");
  f.text("cache", &PipelineOptions::cache)
      .words({"on", "off"})
      .help(
          "decoded pictures are kept in one memory-mapped file, which runs share; \"off\": decoded each time. The "
          "result doesn't depend on it");
  f.integer("stored_size", &PipelineOptions::stored_size)
      .in(8, 65'536)
      .unit("px")
      .help("longer side that larger pictures are reduced to when they are decoded; default: their own size");
}

void describe(Fields<PluginEntry>& f) {
  f.text("plugin", &PluginEntry::plugin).required().help("name of the plugin");
  f.open();
}

void describe(Fields<AugmentationChoice>& f) {
  f.text("plugin", static_cast<std::string AugmentationChoice::*>(&AugmentationChoice::plugin))
      .required()
      .help("name of the plugin");
  f.text("id", static_cast<std::string AugmentationChoice::*>(&AugmentationChoice::id))
      .help("name of this entry, for --set and the registry; default: the plugin's");
  f.number("probability", &AugmentationChoice::probability)
      .in(0, 1)
      .help("how likely it is, against the others of its one_of");
  f.open();
}

void describe(Fields<AugmentationEntry>& f) {
  f.text("plugin", static_cast<std::string AugmentationEntry::*>(&AugmentationEntry::plugin))
      .help("name of the plugin; or one_of");
  f.text("id", static_cast<std::string AugmentationEntry::*>(&AugmentationEntry::id))
      .help("name of this entry, for --set and the registry; default: the plugin's");
  f.number("probability", &AugmentationEntry::probability).in(0, 1).help("that a picture gets it");
  f.table("one_of", &AugmentationEntry::one_of)
      .help("[[augmentation.one_of]]: alternatives instead of a plugin, of which each picture gets one");
  f.exactly_one({"plugin", "one_of"});
  f.open();
}

void describe(Fields<BackboneEntry>& f) {
  f.text("plugin", static_cast<std::string BackboneEntry::*>(&BackboneEntry::plugin))
      .required()
      .help("name of the plugin");
  f.text("weights", &BackboneEntry::weights)
      .words({"imagenet", "none"})
      .path()
      .help("\"imagenet\" (the plugin's known file), \"none\" (random from the seed), or a .pth or .safetensors file");
  f.either("freeze", &BackboneEntry::freeze)
      .at_least(0)
      .words({"all", "none"})
      .help("what stays as it was loaded: \"all\", \"none\", or the number of stages counted from the input");
  f.open();
}

void describe(Fields<AdamWOptions>& f) {
  f.number("learning_rate", &AdamWOptions::learning_rate).above(0).help("the highest one, after warm-up");
  f.number("weight_decay", &AdamWOptions::weight_decay)
      .at_least(0)
      .help("decoupled, times the learning rate (Loshchilov and Hutter 2019)");
  f.number("beta1", &AdamWOptions::beta1).in(0, 0.999999).help("decay of the first moment");
  f.number("beta2", &AdamWOptions::beta2).in(0, 0.9999999).help("decay of the second moment");
  f.number("epsilon", &AdamWOptions::epsilon).above(0).help("added to the root of the second moment");
}

void describe(Fields<SgdOptions>& f) {
  f.number("learning_rate", &SgdOptions::learning_rate).above(0).help("the highest one, after warm-up");
  f.number("momentum", &SgdOptions::momentum).in(0, 0.999999).help("share of the last step that is kept");
  f.boolean("nesterov", &SgdOptions::nesterov).help("Nesterov's form of momentum");
  f.number("weight_decay", &SgdOptions::weight_decay).at_least(0).help("added to the gradient");
}

void describe(Fields<ConstantScheduleOptions>& f) {
  f.number("warmup_epochs", &ConstantScheduleOptions::warmup_epochs)
      .at_least(0)
      .unit("epochs")
      .help("linear rise from 0, step by step");
}

void describe(Fields<CosineScheduleOptions>& f) {
  f.number("warmup_epochs", &CosineScheduleOptions::warmup_epochs)
      .at_least(0)
      .unit("epochs")
      .help("linear rise from 0, step by step");
  f.number("final_share", &CosineScheduleOptions::final_share)
      .in(0, 1)
      .help("last learning rate as a share of the highest (Loshchilov and Hutter 2017)");
}

void describe(Fields<EarlyStoppingOptions>& f) {
  f.integer("patience", &EarlyStoppingOptions::patience)
      .at_least(0)
      .unit("epochs")
      .help("epochs without improvement before training ends; 0: off");
  f.text("metric", &EarlyStoppingOptions::metric).words(selectable_metrics()).help("default: evaluation.select");
  f.number("min_delta", &EarlyStoppingOptions::min_delta)
      .at_least(0)
      .help("smallest change that counts as improvement");
}

void describe(Fields<TrainingOptions>& f) {
  f.integer("epochs", &TrainingOptions::epochs).in(1, 10'000'000).help("passes over the training split");
  f.integer("batch_size", &TrainingOptions::batch_size)
      .in(1, 65'536)
      .unit("images")
      .help("images in a step; the last step of an epoch may have fewer");
  f.choice("optimizer", &TrainingOptions::optimizer).help("how parameters follow gradients");
  f.choice("schedule", &TrainingOptions::schedule).help("how the learning rate moves over the steps");
  f.table("early_stopping", &TrainingOptions::early_stopping).help("ends training when validation no longer improves");
  f.text("loss", &TrainingOptions::loss)
      .words({"auto", "binary_cross_entropy", "cross_entropy"})
      .help("\"auto\": binary cross-entropy on logits for one output, cross-entropy for more");
  f.text("feature_cache", &TrainingOptions::feature_cache)
      .words({"auto", "on", "off"})
      .help(
          "features of a frozen backbone are computed once per view; \"auto\": where freeze, views and the budget "
          "allow");
  f.text("feature_dtype", &TrainingOptions::feature_dtype)
      .words({"float32", "bfloat16"})
      .help("of the training split's kept features; bfloat16 takes half the room and keeps 8 of 24 bits");
  f.number("feature_cache_budget", &TrainingOptions::feature_cache_budget)
      .at_least(0)
      .unit("bytes")
      .help("most that a run's kept features take: on disk, or in memory where the disk can't be written");
  f.text("device", &TrainingOptions::device).words({"auto", "cpu", "cuda"}).help("\"auto\": CUDA where there is one");
  f.integer("compute_threads", &TrainingOptions::compute_threads)
      .in(0, 1024)
      .help("0: as many as there are processors. Another number changes the last bits");
  f.number("checkpoint_minutes", &TrainingOptions::checkpoint_minutes)
      .at_least(0)
      .unit("minutes")
      .help("most time between two checkpoints; 0: after each epoch");
}

void describe(Fields<EvaluationOptions>& f) {
  f.text("select", &EvaluationOptions::select)
      .words(selectable_metrics())
      .help("the metric whose best epoch is kept as best; losses are minimised");
  f.either("threshold", &EvaluationOptions::threshold)
      .in(0, 1)
      .words({"balanced_accuracy"})
      .word_with_share("sensitivity")
      .help("probability from which an image counts as positive: chosen on validation by a rule, or a number");
  f.integer("bootstrap", &EvaluationOptions::bootstrap)
      .in(0, 1'000'000)
      .help("replicates over groups for the 95 % intervals; 0: none");
}

void describe(Fields<PluginsOptions>& f) {
  f.texts("path", &PluginsOptions::path)
      .path()
      .help("folders of plugins, searched before ASSAY_PLUGIN_PATH and the installed ones");
}

void describe(Fields<ExperimentFile>& f) {
  f.text("name", &ExperimentFile::name).help("what the run is called; default: the file's name. Starts with a letter");
  f.integer("seed", &ExperimentFile::seed)
      .at_least(0)
      .help("of weights, order, augmentation and dropout; it never moves an image between splits");
  f.table("dataset", &ExperimentFile::dataset).required().help("the images, their classes, groups and splits");
  f.table("preprocessing", &ExperimentFile::preprocessing).help("the same in training, evaluation and prediction");
  f.table("pipeline", &ExperimentFile::pipeline).help("how training pictures are made");
  f.table("augmentation", &ExperimentFile::augmentation).help("changes to training pictures, in order");
  f.table("sampler", &ExperimentFile::sampler).help("which training images an epoch shows");
  f.table("backbone", &ExperimentFile::backbone).required().help("the network that turns pictures into features");
  f.table("head", &ExperimentFile::head).help("the network that turns features into a decision");
  f.table("training", &ExperimentFile::training).help("how the weights are found");
  f.table("evaluation", &ExperimentFile::evaluation).help("how the result is judged");
  f.table("plugins", &ExperimentFile::plugins).help("where plugins are found");
}

std::vector<std::string> selectable_metrics() {
  std::vector<std::string> names;
  for (const char* metric :
       {"auroc", "balanced_accuracy", "weighted_f1", "sensitivity", "specificity", "accuracy", "loss"}) {
    names.push_back(std::string("validation.") + metric);
  }
  return names;
}

FieldTable experiment_fields() { return describe_fields<ExperimentFile>(); }

}  // namespace assay
