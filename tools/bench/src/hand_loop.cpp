#include "hand_loop.h"

#include <malloc.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <cmath>
#include <cstdlib>
#include <future>

#include "assay/data/dataset.h"
#include "assay/error.h"
#include "assay/experiment.h"
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

std::vector<std::string> files_of(const Dataset& dataset, Split split) {
  std::vector<std::string> files;
  for (const std::int64_t sample : dataset.of_split(split)) {
    files.push_back(dataset.samples[static_cast<std::size_t>(sample)].path.string());
  }
  return files;
}

std::vector<std::string> part(const std::vector<std::string>& files, std::int64_t batch, std::int64_t batch_size) {
  const auto first = files.begin() + batch * batch_size;
  return {first, first + std::min(batch_size, static_cast<std::int64_t>(files.end() - first))};
}

/// [N,3,size,size] in channels-last memory: each file cropped and turned at random in one warp, and normalised.
torch::Tensor pictures(const std::vector<std::string>& files, int size) {
  auto images = torch::empty({static_cast<std::int64_t>(files.size()), size, size, 3});
  for (std::size_t i = 0; i < files.size(); ++i) {
    const cv::Mat source = cv::imread(files[i]);
    const auto middle = cv::Point2f(static_cast<float>(source.cols) / 2, static_cast<float>(source.rows) / 2);
    const cv::Mat turn = cv::getRotationMatrix2D(middle, static_cast<double>(std::rand() % 91 - 45), 1.2);
    cv::Mat warped;
    cv::warpAffine(source, warped, turn, {size, size});
    cv::cvtColor(warped, warped, cv::COLOR_BGR2RGB);
    cv::Mat out(size, size, CV_32FC3, images[static_cast<std::int64_t>(i)].data_ptr<float>());
    warped.convertTo(out, CV_32FC3, 1.0 / 128, -127.0 / 128);
  }
  return images.permute({0, 3, 1, 2});
}

}  // namespace

double seconds_of_cached_epoch(const Work& work, int epochs) {
  const auto features = torch::rand({work.training, 1280});
  const auto labels = torch::randint(2, {work.training, 1}).to(torch::kFloat);
  const auto validation = torch::rand({work.validation, 1280});
  auto head = make_head();
  auto optimizer = make_optimizer(head->parameters());
  double used = 0;
  Clock::time_point begun;
  for (int epoch = 0; epoch <= epochs; ++epoch) {
    if (epoch == 1) begun = Clock::now();  // the first one also allocates
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

double seconds_of_uncached_epoch(const std::filesystem::path& file, const std::vector<std::string>& settings,
                                 int epochs) {
  const Experiment experiment = read_experiment(file, settings);
  const Dataset dataset = open_dataset(experiment.dataset, cache_folder());
  const std::vector<std::string> training = files_of(dataset, Split::train);
  const std::vector<std::string> validation = files_of(dataset, Split::validation);
  const std::int64_t batch_size = experiment.training.batch_size;
  const int size = static_cast<int>(experiment.preprocessing.size.value());
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
  const auto backbone = make_backbone();
  auto head = make_head();
  std::vector<torch::Tensor> parameters = backbone->parameters();
  for (const torch::Tensor& parameter : head->parameters()) parameters.push_back(parameter);
  auto optimizer = make_optimizer(parameters);
  const auto logits = [&](const torch::Tensor& images) {
    return head->forward(backbone->features(images).mean({2, 3}));
  };
  const auto batches =
      static_cast<std::int64_t>(training.size() + static_cast<std::size_t>(batch_size) - 1) / batch_size;
  double used = 0;
  Clock::time_point begun;
  for (int epoch = 0; epoch <= epochs; ++epoch) {
    if (epoch == 1) begun = Clock::now();  // the first one also allocates
    backbone->train(true);
    head->train();
    const auto read = [&](std::int64_t batch) {
      return std::async(std::launch::async, [&, batch] { return pictures(part(training, batch, batch_size), size); });
    };
    auto next = read(0);
    for (std::int64_t batch = 0; batch < batches; ++batch) {
      const torch::Tensor images = next.get();
      if (batch + 1 < batches) next = read(batch + 1);
      optimizer.zero_grad();
      const auto loss = loss_of(logits(images), torch::randint(2, {images.size(0), 1}).to(torch::kFloat));
      loss.backward();
      optimizer.step();
      used += loss.item<double>();
    }
    const torch::NoGradGuard no_grad;
    backbone->train(false);
    head->eval();
    used += logits(pictures(validation, size)).sum().item<double>();
  }
  const double spent = since(begun);
  if (!std::isfinite(used)) throw Failure("the loop written by hand diverged");
  return spent / epochs;
}

}  // namespace assay::bench
