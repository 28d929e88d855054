#include "provenance.h"

#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <torch/headeronly/version.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>

#include "assay/data/dataset.h"
#include "assay/error.h"
#include "assay/hash.h"
#include "assay/toml_file.h"
#include "device.h"
#include "git_state.h"

namespace assay {
namespace {

// Hash of the library that a function lives in.
std::string library_hash(const void* function) {
  Dl_info info{};
  if (::dladdr(function, &info) == 0 || info.dli_fname == nullptr) return "unknown";
  return sha256_of_file(info.dli_fname);
}

Node list_of(const std::array<float, 3>& values) {
  Node::List list;
  for (const float value : values) {
    // The shortest number that is this float: 0.485, not 0.48500001430511475.
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    double number = 0.0;
    std::from_chars(text.data(), end, number);
    list.push_back({number, {}});
  }
  return {std::move(list), {}};
}

// The experiment with what was left open filled in by what the run found: it can be made again without asking anew.
Node filled_in(const Job& job) {
  Node resolved = job.experiment.resolved;
  Node& preprocessing =
      resolved.find("preprocessing") ? *resolved.find("preprocessing") : resolved.set("preprocessing", {});
  preprocessing.set("size", {job.input.size, {}});
  preprocessing.set("mean", list_of(job.input.mean));
  preprocessing.set("std", list_of(job.input.std));
  preprocessing.set("interpolation",
                    {std::string(job.input.interpolation == Interpolation::bicubic ? "bicubic" : "bilinear"), {}});
  const auto& crop = job.experiment.preprocessing.crop;
  Node* crop_node = preprocessing.find("crop");
  if (crop && crop->side && crop_node != nullptr && crop_node->is_table()) crop_node->set("side", {*crop->side, {}});
  Node& training = resolved.find("training") ? *resolved.find("training") : resolved.set("training", {});
  training.set("loss", {std::string(loss_name(job.task.loss)), {}});
  training.set("device", {std::string(job.device.is_cpu() ? "cpu" : "cuda"), {}});
  training.set("compute_threads", {job.compute_threads, {}});
  return resolved;
}

// What no key of an experiment says, and still decides the result.
Node found_out(const Job& job, const FeaturePlan& plan) {
  Node found;
  found.set("feature_cache", {plan.text, {}});
  found.set("views", {plan.views, {}});
  found.set("precision", {std::string("float32"), {}});
  found.set("frozen_stages", {static_cast<std::int64_t>(job.model.backbone->frozen_stages()), {}});
  found.set("outputs", {job.task.outputs, {}});
  found.set("crop_fraction", {job.input.crop_fraction, {}});
  found.set("groups_are", {job.dataset.groups_are, {}});
  if (job.weights) {
    found.set("weights_sha256", {job.weights->sha256, {}});
    found.set("weights_source", {job.weights->source, {}});
    found.set("weights_licence", {job.weights->licence, {}});
  }
  return found;
}

Environment environment_of(const Job& job, const std::string& command) {
  Environment environment;
  environment.device = describe_device(job.device, job.compute_threads);
  std::error_code ignored;
  const std::filesystem::path file = job.experiment.resolved.where.file;
  const GitState git = git_state(file.empty() ? std::filesystem::current_path(ignored) : file.parent_path());
  environment.git_commit = git.commit;
  environment.git_dirty = git.dirty;
  environment.command = command;
  environment.libraries = {{"torch", TORCH_VERSION},
                           {"opencv", ASSAY_OPENCV_VERSION},
                           {"compiler", ASSAY_COMPILER},
                           {"glibc", ::gnu_get_libc_version()},
                           {"processor", processor_name()},
                           {"compute_threads", std::to_string(job.compute_threads)},
                           {"loader_threads", std::to_string(job.experiment.pipeline.threads)},
                           {"assay_learn", library_hash(reinterpret_cast<const void*>(&run_start))},
                           {"assay_data", library_hash(reinterpret_cast<const void*>(&fingerprint_of))}};
  return environment;
}

// Tables in the order of their keys. An experiment has that of its options, the record of a run another.
Node in_order(Node node) {
  if (node.is_list()) {
    for (Node& element : node.list()) element = in_order(std::move(element));
  } else if (node.is_table()) {
    for (Node::Entry& entry : node.table()) entry.node = in_order(std::move(entry.node));
    std::ranges::sort(node.table(), {}, &Node::Entry::key);
  }
  return node;
}

std::string section_text(const Node& resolved, const char* key) {
  const Node* section = resolved.find(key);
  return section == nullptr || !section->is_set() ? std::string() : to_text(in_order(*section));
}

// What of [pipeline] changes a plain picture, too.
std::string pixels_text(const PipelineOptions& pipeline) {
  return " pixels " + pipeline.dtype +
         (pipeline.stored_size ? " of " + std::to_string(*pipeline.stored_size) : std::string());
}

}  // namespace

std::vector<SampleRecord> sample_records(const Dataset& dataset) {
  std::vector<SampleRecord> records;
  records.reserve(dataset.samples.size());
  for (const Sample& sample : dataset.samples) {
    SampleRecord record{sample.name, sample.content_hash, dataset.groups[static_cast<std::size_t>(sample.group)],
                        split_name(sample.split), static_cast<std::int32_t>(sample.label)};
    const auto source = static_cast<std::size_t>(sample.source);
    if (source < dataset.sources.size()) record.source = dataset.sources[source];
    for (std::size_t i = 0; i < sample.values.size(); ++i) {
      if (!sample.values[i].empty()) record.values.emplace_back(dataset.columns[i], sample.values[i]);
    }
    records.push_back(std::move(record));
  }
  return records;
}

RunStart run_start(const Job& job, const FeaturePlan& plan, const std::string& command) {
  RunStart start;
  start.name = job.experiment.name;
  const Node resolved = filled_in(job);
  start.parameters = resolved;
  start.parameters.set("resolved", found_out(job, plan));
  start.experiment = write_toml(resolved);
  start.select = job.experiment.evaluation.select;
  start.environment = environment_of(job, command);
  start.dataset_fingerprint = job.dataset.fingerprint;
  start.split_fingerprint = job.dataset.split_fingerprint;
  start.plugins = job.plugins;
  start.classes = job.dataset.classes;
  start.positive = job.task.positive_name();
  start.samples = sample_records(job.dataset);
  return start;
}

Machine machine_of(const Job& job) { return {job.compute_threads, job.device.str(), processor_name(), TORCH_VERSION}; }

std::string inexact_because(const Machine& before, const Machine& now) {
  std::string differences;
  const auto compare = [&](const std::string& was, const std::string& is) {
    if (was != is) differences += (differences.empty() ? "" : ", ") + is + " instead of " + was;
  };
  const auto threads = [](std::int64_t count) {
    return std::to_string(count) + (count == 1 ? " compute thread" : " compute threads");
  };
  compare(threads(before.compute_threads), threads(now.compute_threads));
  compare("device " + before.device, "device " + now.device);
  compare(before.processor, now.processor);
  compare("torch " + before.torch, "torch " + now.torch);
  return differences;
}

FeatureIdentity feature_identity(const Job& job, FeatureKind kind) {
  NamedTensors backbone;
  for (auto& entry : job.model.state()) {
    if (entry.first.starts_with("backbone.")) backbone.push_back(std::move(entry));
  }
  const Node resolved = filled_in(job);
  const Machine machine = machine_of(job);
  std::string code =
      library_hash(reinterpret_cast<const void*>(&run_start)) + ' ' +
      library_hash(reinterpret_cast<const void*>(&fingerprint_of)) + ' ' +
      library_hash(reinterpret_cast<const void*>(static_cast<std::string (*)(std::string_view)>(&sha256)));
  std::string augmenting;
  for (const PluginRecord& plugin : job.plugins) {
    if (plugin.kind == "backbone" || plugin.kind == "head") code += ' ' + plugin.file_sha256;
    if (plugin.kind == "augmentation") augmenting += ' ' + plugin.file_sha256;
  }
  // Options may choose how a head pools, and the rest of them must not keep runs from sharing: its result is asked.
  if (kind == FeatureKind::pooled) code += " pool " + fingerprint_of_pool(job.model, job.input.size, job.device);
  const Node* dataset = resolved.find("dataset");
  const PipelineOptions& pipeline = job.experiment.pipeline;
  return {hash_of(backbone) + ' ' + section_text(resolved, "backbone"),
          section_text(resolved, "preprocessing") + ' ' + std::to_string(job.input.crop_fraction) + " mask " +
              (dataset == nullptr ? std::string() : section_text(*dataset, "mask")) + pixels_text(pipeline),
          section_text(resolved, "augmentation") + augmenting + " seed " + std::to_string(job.seed()) + ' ' +
              pipeline.interpolation,
          code,
          describe_device(job.device, job.compute_threads) + ' ' + machine.processor + " torch " + machine.torch + ' ' +
              std::to_string(machine.compute_threads) + " threads"};
}

double peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) * 1024.0;
  }
  return 0.0;
}

}  // namespace assay
