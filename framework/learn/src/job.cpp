#include "job.h"

#include <algorithm>

#include "allocator.h"
#include "assay/cache_files.h"
#include "assay/data/packed_cache.h"
#include "assay/error.h"
#include "assay/hash.h"
#include "assay/learn/freezing.h"
#include "assay/learn/initialise.h"
#include "assay/plugin_host.h"
#include "compute_threads.h"
#include "determinism.h"
#include "device.h"
#include "evaluator.h"
#include "number_text.h"

namespace assay {
namespace {

std::string freeze_text(const std::variant<std::int64_t, std::string>& freeze) {
  if (const auto* stages = std::get_if<std::int64_t>(&freeze)) return std::to_string(*stages);
  return std::get<std::string>(freeze);
}

std::vector<PluginRecord> plugin_records(const PluginCatalog& catalog, const Experiment& experiment) {
  std::vector<PluginRecord> records;
  const auto add = [&](const char* kind, const std::string& name) {
    const auto same = [&](const PluginRecord& record) { return record.kind == kind && record.name == name; };
    if (std::any_of(records.begin(), records.end(), same)) return;
    const PluginDescription* plugin = catalog.find(kind, name);
    if (plugin == nullptr) throw InvalidInput(catalog.unknown(kind, name));
    records.push_back(
        {kind, name, plugin->version, plugin->build_id, plugin->library.string(), sha256_of_file(plugin->library)});
  };
  add("backbone", experiment.backbone.plugin);
  for (const AugmentationEntry& entry : experiment.augmentations) {
    if (entry.one_of.empty()) add("augmentation", entry.plugin);
    for (const AugmentationChoice& choice : entry.one_of) add("augmentation", choice.plugin);
  }
  add("sampler", experiment.sampler.plugin);
  add("head", experiment.head.plugin);
  return records;
}

void check_metric(const Task& task, const std::string& key, const std::string& metric) {
  for (const std::string& name : metric_names(task)) {
    if (metric == "validation." + name) return;
  }
  std::string known;
  for (const std::string& name : metric_names(task)) known += " validation." + name;
  throw InvalidInput(key + " = \"" + metric + "\" is not measured with head.outputs = " + std::to_string(task.outputs) +
                     "; there are" + known);
}

// Weights are loaded, or drawn from the seed; a checkpoint that holds them has made that needless.
void set_start(Job& job, bool from_checkpoint) {
  if (!from_checkpoint) {
    job.weights = choose_weights(*job.model.backbone, job.experiment.backbone.weights);
    const PluginStage stage(plugin_of(job.model.backbone), "initialise");
    set_weights(*job.model.backbone, *job.weights, job.seed());
    job.input = resolve_input(job.experiment.preprocessing, job.weights->input);
  }
  Random random = head_random(job.seed());
  in_plugin(plugin_of(job.model.head), "initialise", {}, [&] { job.model.head->initialise(random); });
  job.model.backbone->to(job.device);
  job.model.head->to(job.device);
}

}  // namespace

std::int64_t Job::views() const { return experiment.augmentations.empty() ? 1 : experiment.pipeline.views; }

Model make_model(const PluginCatalog& catalog, const Experiment& experiment) {
  Model model{create_plugin<Backbone>(catalog, experiment.backbone.plugin, experiment.backbone.options),
              create_plugin<Head>(catalog, experiment.head.plugin, experiment.head.options)};
  in_plugin(plugin_of(model.head), "build", {}, [&] { model.head->build(model.backbone->channels()); });
  freeze(*model.backbone, freeze_text(experiment.backbone.freeze));
  return model;
}

std::shared_ptr<Renderer> make_renderer(const Experiment& experiment, const InputSpec& input,
                                        AugmentationChain augmentations, std::shared_ptr<const PackedCache> pack) {
  Renderer::Options options = renderer_options(experiment, input);
  options.augmentations = std::move(augmentations);
  options.pack = std::move(pack);
  return std::make_shared<Renderer>(std::move(options));
}

void tell(const Dataset& dataset, Console& console) {
  for (const std::string& warning : dataset.warnings) console.warn(warning);
  if (!dataset.skipped.empty()) {
    console.warn(count_text(static_cast<std::int64_t>(dataset.skipped.size())) +
                 " bad images were left out, the first: " + dataset.skipped.front());
  }
}

std::int64_t prepare_process(std::int64_t compute_threads) {
  tune_allocator();
  require_deterministic_algorithms();
  return set_compute_threads(compute_threads);
}

Job open_job(Experiment experiment, const std::optional<CheckpointManifest>& checkpoint, Console& console) {
  cache_limit();  // first needed when there is much to keep: a wrong one is told before that is made
  Job job;
  job.experiment = std::move(experiment);
  job.compute_threads =
      prepare_process(checkpoint ? checkpoint->state.machine.compute_threads : job.experiment.training.compute_threads);
  job.device = choose_device(job.experiment.training.device, console);
  const PluginCatalog catalog = catalog_for(job.experiment.plugins);
  job.plugins = plugin_records(catalog, job.experiment);
  job.model = make_model(catalog, job.experiment);
  job.sampler = create_plugin<Sampler>(catalog, job.experiment.sampler.plugin, job.experiment.sampler.options);
  AugmentationChain augmentations(catalog, job.experiment.augmentations);
  if (checkpoint) job.input = checkpoint->input;
  set_start(job, checkpoint.has_value());
  feature_shape(job.model, job.input.size, job.device, FeatureKind::pooled);

  job.dataset = open_dataset(job.experiment.dataset, cache_folder(), [&](const char* what, auto done, auto total) {
    if (console.progress_due()) {
      console.progress(what + (": " + std::to_string(done) + " of " + std::to_string(total) + " images"));
    }
  });
  tell(job.dataset, console);
  const auto pack = open_packed_cache(job.dataset, job.experiment, cache_folder(), console);
  job.experiment.preprocessing = measure_crop(job.experiment.preprocessing, job.dataset, job.experiment.dataset.mask,
                                              job.experiment.dataset.pixel_limit, pack.get());
  job.task = make_task(job.dataset, job.model.head->outputs(), job.experiment.training.loss);
  check_metric(job.task, "evaluation.select", job.experiment.evaluation.select);
  if (const auto& metric = job.experiment.training.early_stopping.metric) {
    check_metric(job.task, "training.early_stopping.metric", *metric);
  }
  job.renderer = make_renderer(job.experiment, job.input, std::move(augmentations), pack);
  return job;
}

}  // namespace assay
