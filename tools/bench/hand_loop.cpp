#include "hand_loop.h"

#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "assay/learn/backbone.h"
#include "assay/plugin_host.h"

namespace assay::bench {
namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point begun) { return std::chrono::duration<double>(Clock::now() - begun).count(); }

// As fully_connected: dropout comes before every layer.
torch::nn::Sequential make_head() {
  return torch::nn::Sequential(torch::nn::Dropout(0.2), torch::nn::Linear(1280, 256), torch::nn::ReLU(),
                               torch::nn::Dropout(0.2), torch::nn::Linear(256, 1));
}

torch::optim::AdamW make_optimizer(const std::vector<torch::Tensor>& parameters) {
  return torch::optim::AdamW(parameters, torch::optim::AdamWOptions(1e-3).weight_decay(1e-2));
}

torch::Tensor loss_of(const torch::Tensor& logits, const torch::Tensor& labels) {
  return torch::nn::functional::binary_cross_entropy_with_logits(logits, labels);
}

std::shared_ptr<Backbone> make_backbone() {
  const PluginCatalog catalog(plugin_folders({}));
  std::vector<Problem> problems;
  const Node options =
      check_table(catalog.find("backbone", "efficientnet")->fields, Node{Node::Table{}, {}}, "", "", problems);
  auto backbone = create_plugin<Backbone>(catalog, "efficientnet", options);
  Random random(StreamName{1});
  backbone->initialise(random);
  return backbone;
}

}  // namespace

double seconds_of_cached_epoch(const Work& work, int epochs) {
  const auto features = torch::rand({work.training, 1280});
  const auto labels = torch::randint(2, {work.training, 1}).to(torch::kFloat);
  const auto validation = torch::rand({work.validation, 1280});
  auto head = make_head();
  auto optimizer = make_optimizer(head->parameters());
  double used = 0;
  const auto begun = Clock::now();
  for (int epoch = 0; epoch < epochs; ++epoch) {
    head->train();
    const auto order = torch::randperm(work.training);
    for (std::int64_t start = 0; start < work.training; start += work.batch_size) {
      const auto rows = order.slice(0, start, std::min(start + work.batch_size, work.training));
      optimizer.zero_grad();
      const auto loss = loss_of(head->forward(features.index_select(0, rows)), labels.index_select(0, rows));
      loss.backward();
      optimizer.step();
      used += loss.item<double>();
    }
    const torch::NoGradGuard no_grad;
    head->eval();
    used += torch::sigmoid(head->forward(validation)).argsort(std::int64_t{0}).sum().item<double>();
  }
  const double spent = since(begun);
  if (!std::isfinite(used)) throw Failure("the loop written by hand diverged");
  return spent / epochs;
}

double seconds_of_uncached_epoch(const Work& work, std::int64_t size, int epochs) {
  const auto backbone = make_backbone();
  auto head = make_head();
  std::vector<torch::Tensor> parameters = backbone->parameters();
  for (const torch::Tensor& parameter : head->parameters()) parameters.push_back(parameter);
  auto optimizer = make_optimizer(parameters);
  const auto logits = [&](const torch::Tensor& images) {
    return head->forward(backbone->features(images).mean({2, 3}));
  };
  const auto pictures = [&](std::int64_t count) {
    return torch::rand({count, 3, size, size}).contiguous(at::MemoryFormat::ChannelsLast);
  };
  const auto images = pictures(work.training);
  const auto labels = torch::randint(2, {work.training, 1}).to(torch::kFloat);
  const auto validation = pictures(work.validation);
  double used = 0;
  Clock::time_point begun;
  for (int epoch = 0; epoch <= epochs; ++epoch) {
    if (epoch == 1) begun = Clock::now();  // the first one also allocates
    backbone->train(true);
    head->train();
    for (std::int64_t start = 0; start < work.training; start += work.batch_size) {
      const std::int64_t end = std::min(start + work.batch_size, work.training);
      optimizer.zero_grad();
      const auto loss = loss_of(logits(images.slice(0, start, end)), labels.slice(0, start, end));
      loss.backward();
      optimizer.step();
      used += loss.item<double>();
    }
    const torch::NoGradGuard no_grad;
    backbone->train(false);
    head->eval();
    used += logits(validation).sum().item<double>();
  }
  const double spent = since(begun);
  if (!std::isfinite(used)) throw Failure("the loop written by hand diverged");
  return spent / epochs;
}

}  // namespace assay::bench
