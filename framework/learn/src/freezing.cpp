#include "assay/learn/freezing.h"

#include <ATen/ATen.h>

#include <charconv>

#include "assay/error.h"
#include "assay/learn/blocks.h"

namespace assay {
namespace {

std::string stage_list(const Backbone& backbone) {
  std::string list;
  for (const Stage& stage : backbone.stages()) list += (list.empty() ? "" : ", ") + stage.name;
  return list;
}

template <class Action>
void for_each_foldable(const Stage& stage, const Action& action) {
  for (const auto& block : stage.blocks) {
    for (const auto& part : block->modules()) {
      if (auto* foldable = dynamic_cast<Foldable*>(part.get())) action(*foldable);
    }
  }
}

}  // namespace

std::size_t stages_to_freeze(const Backbone& backbone, const std::string& freeze) {
  const std::size_t all = backbone.stages().size();
  if (freeze == "all") return all;
  if (freeze == "none") return 0;
  std::size_t stages = 0;
  const auto [end, error] = std::from_chars(freeze.data(), freeze.data() + freeze.size(), stages);
  if (error == std::errc() && end == freeze.data() + freeze.size() && stages <= all) return stages;
  throw InvalidInput("backbone.freeze: \"" + freeze + "\" is neither \"all\", \"none\" nor a number of stages up to " +
                     std::to_string(all) + "; from the input they are: " + stage_list(backbone));
}

void freeze_stages(Backbone& backbone, std::size_t stages) {
  TORCH_CHECK(stages <= backbone.stages_.size(), "can't freeze ", stages, " of ", backbone.stages_.size(), " stages");
  unfold(backbone);
  backbone.frozen_stages_ = stages;
  for (std::size_t i = 0; i < backbone.stages_.size(); ++i) {
    for (const auto& block : backbone.stages_[i].blocks) {
      for (auto& parameter : block->parameters()) {
        parameter.set_requires_grad(i >= stages);
        if (i < stages) parameter.mutable_grad() = torch::Tensor();
      }
    }
  }
  backbone.train(backbone.is_training());
}

void freeze(Backbone& backbone, const std::string& freeze) {
  freeze_stages(backbone, stages_to_freeze(backbone, freeze));
}

void fold_frozen_stages(Backbone& backbone) {
  for (std::size_t i = 0; i < backbone.frozen_stages(); ++i) {
    for_each_foldable(backbone.stages()[i], [](Foldable& foldable) { foldable.fold(); });
  }
}

void unfold(Backbone& backbone) {
  for (const Stage& stage : backbone.stages()) {
    for_each_foldable(stage, [](Foldable& foldable) { foldable.unfold(); });
  }
}

}  // namespace assay
