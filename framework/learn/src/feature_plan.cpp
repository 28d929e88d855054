#include "feature_plan.h"

#include "assay/console.h"
#include "assay/error.h"
#include "number_text.h"

namespace assay {
namespace {

double numbers_of_row(const Job& job, FeatureKind kind) {
  double numbers = 1.0;
  for (const std::int64_t side : feature_shape(job.model, job.input.size, job.device, kind)) {
    numbers *= static_cast<double>(side);
  }
  return numbers;
}

std::string what_is_kept(const FeaturePlan& plan, std::size_t images) {
  const std::string kind = plan.kind == FeatureKind::pooled ? "pooled features" : "feature maps";
  return kind + " of " + std::to_string(plan.views) + (plan.views == 1 ? " view" : " views") + " of " +
         count_text(static_cast<std::int64_t>(images)) + " training images" +
         (plan.dtype == DType::bf16 ? " in bfloat16, " : ", ") + bytes_text(plan.bytes);
}

// Why features can't be kept whatever the budget; empty when they can.
std::string obstacle(const Job& job) {
  const Backbone& backbone = *job.model.backbone;
  if (!backbone.is_frozen()) {
    return "the backbone is trained (" + std::to_string(backbone.frozen_stages()) + " of " +
           std::to_string(backbone.stages().size()) + " stages are frozen)";
  }
  return {};
}

// Why the training split's can't, though evaluation's can, whose pictures are plain.
std::string obstacle_in_training(const Job& job, const FeaturePlan& plan) {
  if (job.renderer->augmentations().has_pairs()) return "an augmentation mixes the pictures of each batch anew";
  if (plan.views == 0) return "pipeline.views = 0 makes new pictures in every epoch";
  return {};
}

}  // namespace

FeaturePlan plan_features(const Job& job) {
  const TrainingOptions& options = job.experiment.training;
  FeaturePlan plan;
  plan.views = job.views();
  plan.kind = job.model.head->pool_has_parameters() ? FeatureKind::map : FeatureKind::pooled;
  plan.dtype = options.feature_dtype == "bfloat16" ? DType::bf16 : DType::f32;
  const auto give_up = [&](const std::string& why) {
    if (options.feature_cache == "on") throw InvalidInput("training.feature_cache = \"on\" can't be done: " + why);
    plan.text = plan.keep_evaluation
                    ? "off for training: " + why + "; validation and test kept, " + bytes_text(plan.bytes)
                    : "off: " + why;
    return plan;
  };
  if (options.feature_cache == "off") return give_up("training.feature_cache = \"off\"");
  if (const std::string why = obstacle(job); !why.empty()) return give_up(why);

  const double row = numbers_of_row(job, plan.kind);
  const std::size_t training = job.dataset.of_split(Split::train).size();
  const double evaluation =
      row * static_cast<double>(size_of(DType::f32)) * static_cast<double>(job.dataset.samples.size() - training);
  if (evaluation <= options.feature_cache_budget) {
    plan.keep_evaluation = true;
    plan.bytes = evaluation;
  }
  if (const std::string why = obstacle_in_training(job, plan); !why.empty()) return give_up(why);
  const double all = evaluation + row * static_cast<double>(size_of(plan.dtype)) * static_cast<double>(training) *
                                      static_cast<double>(plan.views);
  if (all > options.feature_cache_budget) {
    return give_up(std::to_string(plan.views) + " views of " + count_text(static_cast<std::int64_t>(training)) +
                   " training images need " + bytes_text(all) + ", training.feature_cache_budget is " +
                   bytes_text(options.feature_cache_budget));
  }
  plan.keep_training = plan.keep_evaluation = true;
  plan.bytes = all;
  plan.text = what_is_kept(plan, training);
  return plan;
}

}  // namespace assay
