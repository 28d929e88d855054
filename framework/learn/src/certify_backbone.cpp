// The checks of a backbone: the shapes it says, answers that belong to one picture alone, gradients, weights that can
// be saved, and stages that freeze.
#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <set>

#include "assay/learn/freezing.h"
#include "assay/learn/initialise.h"
#include "assay/learn/weights.h"
#include "certify_module.h"
#include "certify_plugin.h"
#include "compute_threads.h"
#include "determinism.h"
#include "finite.h"
#include "model.h"

namespace assay {
namespace {

constexpr std::uint64_t kSeed = 20;
// What the order of sums may change in float32: batches of other sizes and other numbers of threads sum in other
// orders.
constexpr double kSumOrder = 1e-5;

/// The backbone under test, made, initialised and called as training does.
class Subject {
 public:
  Subject(const TestedPlugin& plugin, const Node& options, std::uint64_t seed = kSeed)
      : model_{create_plugin<Backbone>(plugin, options), nullptr} {
    Random random = backbone_random(seed);
    in_plugin(plugin_of(model_.backbone), "initialise", {}, [&] { backbone().initialise(random); });
    backbone().train(false);
  }
  explicit Subject(const TestedPlugin& plugin, std::uint64_t seed = kSeed) : Subject(plugin, plugin.options, seed) {}

  Backbone& backbone() const { return *model_.backbone; }

  at::Tensor features(const at::Tensor& images) const {
    const std::string batch = std::to_string(images.size(0)) + " pictures of " + std::to_string(images.size(3));
    const PluginWork work{batch};
    at::Tensor map = model_.features(images, work);
    if (!is_finite(map)) throw CheckFailed("of " + batch + ": " + not_finite_text(map));
    return map;
  }

  at::Tensor features_without_gradient(const at::Tensor& images) const {
    const c10::NoGradGuard no_grad;
    return features(images);
  }

  /// The side of the pictures that checks use: small, but not so small that maps have one place.
  std::int64_t side() const { return std::max<std::int64_t>(backbone().smallest_input(), 64); }

 private:
  Model model_;
};

at::Tensor pictures(std::int64_t count, std::int64_t side, at::ScalarType type = at::kFloat) {
  return made_up({count, 3, side, side}, kSeed, type).contiguous(at::MemoryFormat::ChannelsLast);
}

CheckFinding check_stages(const Subject& subject) {
  std::set<std::string> names;
  std::set<const c10::TensorImpl*> staged;
  std::string list;
  for (const Stage& stage : subject.backbone().stages()) {
    if (!names.insert(stage.name).second) throw CheckFailed("two stages are called '" + stage.name + "'");
    list += (list.empty() ? "" : ", ") + stage.name;
    for (const auto& block : stage.blocks) {
      for (const at::Tensor& parameter : block->parameters()) staged.insert(parameter.unsafeGetTensorImpl());
    }
  }
  if (names.empty()) throw CheckFailed("it has no stage: blocks are added with add()");
  for (const auto& item : subject.backbone().named_parameters()) {
    if (!staged.contains(item.value().unsafeGetTensorImpl())) {
      throw CheckFailed("the parameter " + item.key() + " is in no stage, so that freezing can't reach it");
    }
  }
  return {std::to_string(names.size()) + " stages hold all " + std::to_string(staged.size()) + " parameters: " + list};
}

CheckFinding check_shapes(const Subject& subject) {
  const std::int64_t smallest = subject.backbone().smallest_input();
  std::string maps;
  for (const std::int64_t side : {smallest, smallest + 1, smallest + 31, std::max<std::int64_t>(smallest, 129)}) {
    for (const std::int64_t count : {1, 3}) {
      const at::Tensor images = pictures(count, side);
      const at::Tensor map = subject.features_without_gradient(images);
      require_near(subject.features_without_gradient(images.contiguous()), map, kSumOrder,
                   "pictures in the two memory formats");
      if (count > 1) continue;
      maps += (maps.empty() ? "" : ", ") + std::to_string(side) + " -> " + std::to_string(map.size(2)) + "x" +
              std::to_string(map.size(3));
    }
  }
  return {std::to_string(subject.backbone().channels()) + " channels; " + maps + "; batches of 1 and 3, finite"};
}

CheckFinding check_samples(const Subject& subject) {
  const at::Tensor images = pictures(8, subject.side());
  const at::Tensor together = subject.features_without_gradient(images);
  double farthest = 0;
  for (std::int64_t i = 0; i < images.size(0); ++i) {
    const at::Tensor alone = subject.features_without_gradient(images.narrow(0, i, 1));
    farthest = std::max(farthest, require_near(alone, together.narrow(0, i, 1), kSumOrder,
                                               "a picture alone and among eight, in evaluation"));
  }
  return {"8 pictures alone and together: within " + short_number(farthest) + " of the largest value"};
}

CheckFinding check_determinism(const TestedPlugin& plugin, const Subject& subject) {
  const at::Tensor images = pictures(4, subject.side());
  const at::Tensor once = subject.features_without_gradient(images);
  if (!once.equal(subject.features_without_gradient(images))) throw CheckFailed("the same pictures give another map");
  if (!once.equal(Subject(plugin).features_without_gradient(images))) {
    throw CheckFailed("another object of the same seed gives another map");
  }
  double farthest = 0;
  for (const std::int64_t threads : {1, 8}) {
    set_compute_threads(threads);
    const at::Tensor map = subject.features_without_gradient(images);
    set_compute_threads(0);
    farthest =
        std::max(farthest, require_near(map, once, kSumOrder, "maps by " + std::to_string(threads) + " threads"));
  }
  return {"twice and from two objects: the same to the bit; 1 and 8 threads within " + short_number(farthest)};
}

CheckFinding check_initialise(const TestedPlugin& plugin, const Subject& subject) {
  seed_step(at::kCPU, /*seed=*/99, 0, 0);  // torch's own generator, which must have no part in it
  const Subject same(plugin);
  const Subject other(plugin, kSeed + 1);
  return check_initialised(subject.backbone(), same.backbone(), other.backbone());
}

// In training mode, since that is what trains: batch norms use the batch, and what is random is drawn anew from the
// same seed each time.
CheckFinding check_backbone_gradient(const TestedPlugin& plugin) {
  const Subject subject(plugin);
  subject.backbone().to(at::kDouble);
  subject.backbone().train(true);
  const at::Tensor images = pictures(4, subject.side(), at::kDouble);
  const auto map = [&] {
    seed_step(at::kCPU, kSeed, 0, 0);
    return subject.features(images);
  };
  const at::Tensor weights = made_up(subject.features_without_gradient(images).sizes(), kSeed + 1, at::kDouble);
  return check_gradient([&] { return (map() * weights).sum(); }, trained_parameters(subject.backbone()), 1e-4);
}

CheckFinding check_files(const TestedPlugin& plugin, const Subject& subject) {
  const Subject other(plugin, kSeed + 1);
  const std::size_t tensors = copy_through_file(subject.backbone(), other.backbone());
  const at::Tensor images = pictures(2, subject.side());
  if (!subject.features_without_gradient(images).equal(other.features_without_gradient(images))) {
    throw CheckFailed(
        "the saved weights give other features in another object: something that matters is no parameter "
        "and no buffer");
  }
  return {std::to_string(tensors) + " tensors saved and loaded; the features are the same to the bit"};
}

NamedTensors state_of_stages(const Backbone& backbone, std::size_t stages) {
  NamedTensors state;
  for (std::size_t i = 0; i < stages; ++i) {
    for (const auto& block : backbone.stages()[i].blocks) {
      for (auto& named : state_copy(*block)) {
        state.emplace_back(backbone.stages()[i].name + "." + named.first, std::move(named.second));
      }
    }
  }
  return state;
}

void check_frozen(const Subject& subject, std::size_t stages) {
  Backbone& backbone = subject.backbone();
  freeze_stages(backbone, stages);
  backbone.train(true);
  const NamedTensors before = state_of_stages(backbone, stages);
  const at::Tensor map = subject.features(pictures(4, subject.side()));
  const std::string what = "with " + std::to_string(stages) + " frozen stages, ";
  // Stages behind the frozen ones may have no parameters: fixed filters, pooling.
  const bool trains = !backbone.is_frozen() && !trained_parameters(backbone).empty();
  if (map.requires_grad() != trains) {
    throw CheckFailed(what + (trains ? "no gradient is left" : "the map needs a gradient"));
  }
  if (map.requires_grad()) map.square().mean().backward();
  const std::string changed = changed_names(before, state_of_stages(backbone, stages));
  if (!changed.empty()) throw CheckFailed(what + "a training step changes " + changed);
  for (std::size_t i = 0; i < stages; ++i) {
    for (const auto& block : backbone.stages()[i].blocks) {
      for (const auto& item : block->named_parameters()) {
        if (item.value().grad().defined()) throw CheckFailed(what + "a gradient reaches " + item.key());
      }
    }
  }
}

CheckFinding check_freezing(const TestedPlugin& plugin) {
  const Subject subject(plugin);
  const std::size_t all = subject.backbone().stages().size();
  std::set<std::size_t> numbers{1, (all + 1) / 2, all};
  std::string list;
  for (const std::size_t stages : numbers) {
    check_frozen(subject, stages);
    list += (list.empty() ? "" : ", ") + std::to_string(stages);
  }
  return {list + " of " + std::to_string(all) + " stages frozen in training: no gradient, no tensor changed"};
}

CheckFinding check_folding(const TestedPlugin& plugin) {
  const Subject subject(plugin);
  const at::Tensor images = pictures(4, subject.side());
  const at::Tensor plain = subject.features_without_gradient(images);
  freeze_stages(subject.backbone(), subject.backbone().stages().size());
  fold_frozen_stages(subject.backbone());
  const double difference =
      require_near(subject.features_without_gradient(images), plain, kSumOrder, "the folded and the plain forward");
  return {"folded and plain forward within " + short_number(difference) + " of the largest value"};
}

CheckFinding check_known_weights(const Subject& subject) {
  const std::vector<KnownWeights> known = subject.backbone().known_weights();
  if (known.empty()) return {"it names no published weights", CheckResult::skipped};
  std::string loaded;
  std::string missing;
  for (const KnownWeights& weights : known) {
    WeightChoice choice;
    try {
      choice = choose_weights(subject.backbone(), weights.name);
    } catch (const InvalidInput&) {
      missing += (missing.empty() ? "" : ", ") + weights.file;
      continue;
    }
    load_weights(subject.backbone(), TensorFile::open(choice.file));
    subject.features_without_gradient(pictures(1, weights.input.size));
    loaded += (loaded.empty() ? "" : ", ") + weights.file;
  }
  const std::string rest = missing.empty() ? "" : "not installed: " + missing;
  if (loaded.empty()) return {rest, CheckResult::skipped};
  return {loaded + ": every tensor fits" + (rest.empty() ? "" : "; " + rest)};
}

CheckFinding compare_with_efficientnet(const Subject& subject) {
  const std::int64_t side = subject.side();
  const at::Tensor images = pictures(8, side);
  const auto call = [&images](const Subject& who) { return [&] { who.features_without_gradient(images); }; };
  const std::string item = "8 pictures of " + std::to_string(side);
  const std::optional<TestedPlugin> efficientnet = built_in_plugin(Backbone::plugin_kind, "efficientnet");
  if (!efficientnet) return compare_time(item, call(subject), "", std::nullopt);
  const Subject peer(*efficientnet);
  return compare_time(item, call(subject), "efficientnet", call(peer));
}

}  // namespace

std::vector<PluginCheck> backbone_checks(const TestedPlugin& plugin) {
  auto checks = common_checks(plugin, ASSAY_BUILD_ID, [plugin](const Node& options) {
    const Subject subject(plugin, options);
    subject.features_without_gradient(pictures(1, subject.side()));
  });
  const auto add = [&](const char* name, auto check) {
    checks.push_back({name, [plugin, check] { return check(Subject(plugin)); }});
  };
  const auto add_for_plugin = [&](const char* name, auto check) {
    checks.push_back({name, [plugin, check] { return check(plugin); }});
  };
  add("stages", check_stages);
  add("shapes", check_shapes);
  add("samples apart", check_samples);
  add("determinism", [plugin](const Subject& subject) { return check_determinism(plugin, subject); });
  add("initialise", [plugin](const Subject& subject) { return check_initialise(plugin, subject); });
  add_for_plugin("gradient", check_backbone_gradient);
  add("save and load", [plugin](const Subject& subject) { return check_files(plugin, subject); });
  add_for_plugin("freezing", check_freezing);
  add_for_plugin("folding", check_folding);
  add("known weights", check_known_weights);
  add("time", compare_with_efficientnet);
  return checks;
}

}  // namespace assay
