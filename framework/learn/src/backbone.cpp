#include "assay/learn/backbone.h"

#include <ATen/ATen.h>

#include "assay/learn/initialise.h"

namespace assay {

std::string KeyLayout::theirs(const std::string& ours) const {
  const std::pair<std::string, std::string>* longest = nullptr;
  for (const auto& prefix : prefixes) {
    const std::string& path = prefix.first;
    const bool fits = ours.starts_with(path) && (ours.size() == path.size() || ours[path.size()] == '.');
    if (fits && (longest == nullptr || path.size() > longest->first.size())) longest = &prefix;
  }
  return longest == nullptr ? ours : longest->second + ours.substr(longest->first.size());
}

void Backbone::initialise(Random& random) { initialise_weights(*this, random); }

torch::Tensor Backbone::features(torch::Tensor images) {
  torch::Tensor x = std::move(images);
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    const at::AutoGradMode gradients(at::GradMode::is_enabled() && i >= frozen_stages_);
    for (const auto& block : stages_[i].blocks) x = block->forward(x);
  }
  return x;
}

void Backbone::train(bool on) {
  Module::train(on);
  for (std::size_t i = 0; i < frozen_stages_; ++i) {
    for (const auto& block : stages_[i].blocks) block->train(false);
  }
}

void Backbone::add(const std::string& stage, std::shared_ptr<Block> block) {
  if (stages_.empty() || stages_.back().name != stage) {
    register_module(stage, std::make_shared<torch::nn::Module>());
    stages_.push_back({stage, {}});
  }
  Stage& last = stages_.back();
  children().back()->register_module(std::to_string(last.blocks.size()), block);
  last.blocks.push_back(std::move(block));
}

}  // namespace assay
