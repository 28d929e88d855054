#include "task.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/one_hot.h>

#include "assay/error.h"
#include "assay/printable.h"

namespace assay {
namespace {

void check_outputs(const Task& task) {
  const auto classes = static_cast<std::int64_t>(task.classes.size());
  if (classes < 2) {
    throw InvalidInput("the data set has only the class '" + listed(task.classes) +
                       "'; there is nothing to tell apart");
  }
  if (task.one_output() && classes != 2) {
    throw InvalidInput("head.outputs = 1 tells two classes apart, the data set has " + std::to_string(classes) + " (" +
                       listed(task.classes) + "); set head.outputs = " + std::to_string(classes) +
                       " or join classes in [dataset.classes]");
  }
  if (task.one_output() && task.positive < 0) {
    throw InvalidInput("dataset.positive is missing: head.outputs = 1 needs to know which of " + listed(task.classes) +
                       " its output stands for");
  }
  if (!task.one_output() && task.outputs != classes) {
    throw InvalidInput("head.outputs = " + std::to_string(task.outputs) + ", the data set has " +
                       std::to_string(classes) + " classes (" + listed(task.classes) +
                       "); set head.outputs = " + std::to_string(classes) + (classes == 2 ? " or 1" : ""));
  }
}

Loss fitting_loss(const Task& task, const std::string& option) {
  const Loss fitting = task.one_output() ? Loss::binary_cross_entropy : Loss::cross_entropy;
  if (option != "auto" && option != loss_name(fitting)) {
    throw InvalidInput("training.loss = \"" + option + "\" doesn't fit head.outputs = " + std::to_string(task.outputs) +
                       "; use \"" + std::string(loss_name(fitting)) + "\" or \"auto\"");
  }
  return fitting;
}

}  // namespace

std::string Task::positive_name() const {
  return one_output() ? classes[static_cast<std::size_t>(positive)] : std::string();
}

std::int32_t Task::target_of(std::int64_t label) const {
  return one_output() ? static_cast<std::int32_t>(label == positive) : static_cast<std::int32_t>(label);
}

Task make_task(const Dataset& dataset, std::int64_t outputs, const std::string& loss) {
  Task task{dataset.classes, outputs == 1 ? dataset.positive : -1, outputs, Loss::binary_cross_entropy};
  check_outputs(task);
  task.loss = fitting_loss(task, loss);
  return task;
}

at::Tensor targets_of(const Task& task, const Dataset& dataset, std::span<const std::int64_t> samples) {
  const auto count = static_cast<std::int64_t>(samples.size());
  at::Tensor targets = at::empty({count}, task.one_output() ? at::kFloat : at::kLong);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::int32_t target = task.target_of(dataset.samples[static_cast<std::size_t>(samples[i])].label);
    if (task.one_output()) {
      targets.mutable_data_ptr<float>()[i] = static_cast<float>(target);
    } else {
      targets.mutable_data_ptr<std::int64_t>()[i] = target;
    }
  }
  return targets;
}

at::Tensor mixed_targets(const Task& task, const at::Tensor& targets, std::span<const std::vector<MixedLabel>> mixed) {
  at::Tensor shares = task.one_output() ? targets : at::one_hot(targets, task.outputs).to(at::kFloat);
  for (const std::vector<MixedLabel>& labels : mixed) {
    const auto count = static_cast<std::int64_t>(labels.size());
    at::Tensor partners = at::empty({count}, at::kLong);
    at::Tensor own =
        at::empty(task.one_output() ? std::vector{count} : std::vector{count, std::int64_t{1}}, at::kFloat);
    for (std::size_t i = 0; i < labels.size(); ++i) {
      partners.mutable_data_ptr<std::int64_t>()[i] = labels[i].partner;
      own.mutable_data_ptr<float>()[i] = static_cast<float>(labels[i].share);
    }
    own = own.to(targets.device());
    shares = own * shares + (1 - own) * at::index_select(shares, 0, partners.to(targets.device()));
  }
  return shares;
}

Predictions predictions_of(const Task& task, const Dataset& dataset, std::span<const std::int64_t> samples,
                           const at::Tensor& probabilities) {
  const at::Tensor values = probabilities.detach().cpu().to(at::kFloat).contiguous();
  const float* first = values.const_data_ptr<float>();
  Predictions predictions;
  predictions.columns = static_cast<int>(task.outputs);
  predictions.probabilities.assign(first, first + values.numel());
  for (const std::int64_t index : samples) {
    const Sample& sample = dataset.samples[static_cast<std::size_t>(index)];
    predictions.labels.push_back(task.target_of(sample.label));
    predictions.samples.push_back(static_cast<std::uint32_t>(index));
    predictions.groups.push_back(static_cast<std::uint32_t>(sample.group));
  }
  return predictions;
}

}  // namespace assay
