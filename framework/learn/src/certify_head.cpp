// The checks of a head: the shapes it says, probabilities that are some, gradients, weights that can be saved, and the
// truth about its pool.
#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <array>

#include "assay/learn/initialise.h"
#include "certify_module.h"
#include "certify_plugin.h"
#include "compute_threads.h"
#include "determinism.h"
#include "finite.h"
#include "model.h"

namespace assay {
namespace {

constexpr std::uint64_t kSeed = 20;
constexpr double kSumOrder = 1e-5;  // what the order of sums may change in float32
constexpr std::int64_t kChannels = 24;

/// How a head is built.
struct Choice {
  std::int64_t channels = kChannels;
  std::uint64_t seed = kSeed;
};

/// The head under test, made, built, initialised and called as training does.
class Subject {
 public:
  Subject(const TestedPlugin& plugin, const Node& options, Choice choice)
      : model_{nullptr, create_plugin<Head>(plugin, options)} {
    const PluginName& name = plugin_of(model_.head);
    in_plugin(name, "build", {}, [&] { head().build(choice.channels); });
    Random random = head_random(choice.seed);
    in_plugin(name, "initialise", {}, [&] { head().initialise(random); });
    head().train(false);
  }
  explicit Subject(const TestedPlugin& plugin, Choice choice = {}) : Subject(plugin, plugin.options, choice) {}

  Head& head() const { return *model_.head; }
  at::Tensor pool(const at::Tensor& map) const { return finite(model_.pool(map), "pool"); }
  at::Tensor forward(const at::Tensor& pooled) const { return finite(model_.forward(pooled), "forward"); }
  at::Tensor logits(const at::Tensor& map) const { return forward(pool(map)); }
  at::Tensor probabilities(const at::Tensor& logits) const {
    return finite(model_.probabilities(logits), "probabilities");
  }
  at::Tensor logits_without_gradient(const at::Tensor& map) const {
    const c10::NoGradGuard no_grad;
    return logits(map);
  }

 private:
  static at::Tensor finite(at::Tensor tensor, const char* stage) {
    if (!is_finite(tensor)) throw CheckFailed(std::string(stage) + ": " + not_finite_text(tensor));
    return tensor;
  }

  Model model_;
};

at::Tensor maps(std::int64_t count, std::int64_t height = 5, std::int64_t width = 5,
                std::int64_t channels = kChannels) {
  return made_up({count, channels, height, width}, kSeed).contiguous(at::MemoryFormat::ChannelsLast);
}

CheckFinding check_shapes(const TestedPlugin& plugin) {
  std::string found;
  for (const std::int64_t channels : {1, 8, 1280}) {
    const Subject subject(plugin, {.channels = channels});
    if (subject.head().outputs() < 1) {
      throw CheckFailed("outputs() is " + std::to_string(subject.head().outputs()));
    }
    const c10::NoGradGuard no_grad;
    std::int64_t width = -1;
    for (const auto& [h, w] : {std::pair(1, 1), std::pair(7, 7), std::pair(3, 5)}) {
      for (const std::int64_t count : {1, 3}) {
        const at::Tensor pooled = subject.pool(maps(count, h, w, channels));
        subject.forward(pooled);
        if (width >= 0 && pooled.size(1) != width) {
          throw CheckFailed("pool() gives " + std::to_string(width) + " or " + std::to_string(pooled.size(1)) +
                            " numbers, by the map's size");
        }
        width = pooled.size(1);
      }
    }
    found += (found.empty() ? "" : ", ") + std::to_string(channels) + " channels -> " + std::to_string(width) + " -> " +
             std::to_string(subject.head().outputs());
  }
  return {found + "; maps of 1x1, 7x7 and 3x5, batches of 1 and 3, finite"};
}

CheckFinding check_probabilities(const Subject& subject) {
  const c10::NoGradGuard no_grad;
  const std::int64_t outputs = subject.head().outputs();
  double farthest = 0;
  for (const double scale : {1.0, 100.0, 1e4}) {
    const at::Tensor given = subject.probabilities(made_up({64, outputs}, kSeed) * scale);
    if (given.min().item<double>() < 0 || given.max().item<double>() > 1) {
      throw CheckFailed("logits of size " + short_number(scale) + " give probabilities from " +
                        short_number(given.min().item<double>()) + " to " + short_number(given.max().item<double>()));
    }
    if (outputs > 1) farthest = std::max(farthest, (given.sum(1) - 1).abs().max().item<double>());
  }
  if (farthest > 1e-5)
    throw CheckFailed("the probabilities of a sample add up to 1 give or take " + short_number(farthest));
  return {outputs > 1 ? std::to_string(outputs) + " in [0, 1], sums within " + short_number(farthest) + " of 1"
                      : "one in [0, 1], for logits up to 10,000"};
}

CheckFinding check_samples(const Subject& subject) {
  const at::Tensor map = maps(8);
  const at::Tensor together = subject.logits_without_gradient(map);
  double farthest = 0;
  for (std::int64_t i = 0; i < map.size(0); ++i) {
    const at::Tensor alone = subject.logits_without_gradient(map.narrow(0, i, 1));
    const double scale = together.abs().max().item<double>();
    farthest = std::max(farthest, (alone - together.narrow(0, i, 1)).abs().max().item<double>() / scale);
  }
  if (farthest > kSumOrder) {
    throw CheckFailed("a sample alone and among eight, in evaluation: differ by " + short_number(farthest) +
                      " of the largest value; " + short_number(kSumOrder) + " is allowed");
  }
  return {"8 samples alone and together: within " + short_number(farthest) + " of the largest value"};
}

CheckFinding check_determinism(const TestedPlugin& plugin, const Subject& subject) {
  const at::Tensor map = maps(16);
  const at::Tensor once = subject.logits_without_gradient(map);
  if (!once.equal(subject.logits_without_gradient(map))) throw CheckFailed("the same map gives other logits");
  if (!once.equal(Subject(plugin).logits_without_gradient(map))) {
    throw CheckFailed("another object of the same seed gives other logits");
  }
  double farthest = 0;
  for (const std::int64_t threads : {1, 8}) {
    set_compute_threads(threads);
    const at::Tensor logits = subject.logits_without_gradient(map);
    set_compute_threads(0);
    farthest =
        std::max(farthest, require_near(logits, once, kSumOrder, "logits by " + std::to_string(threads) + " threads"));
  }
  return {"twice and from two objects: the same to the bit; 1 and 8 threads within " + short_number(farthest)};
}

CheckFinding check_initialise(const TestedPlugin& plugin, const Subject& subject) {
  seed_step(at::kCPU, /*seed=*/99, 0, 0);  // torch's own generator, which must have no part in it
  const Subject same(plugin);
  const Subject other(plugin, {.seed = kSeed + 1});
  return check_initialised(subject.head(), same.head(), other.head());
}

// In training mode, with what is random drawn anew from the same seed each time. The features count as variables, since
// the backbone's gradient passes through them.
CheckFinding check_head_gradient(const TestedPlugin& plugin) {
  const Subject subject(plugin);
  subject.head().to(at::kDouble);
  subject.head().train(true);
  const at::Tensor map = maps(4).to(at::kDouble);
  at::Tensor pooled = subject.pool(map).detach().to(at::kDouble);
  pooled.requires_grad_(true);
  const at::Tensor weights = made_up({4, subject.head().outputs()}, kSeed + 1, at::kDouble);
  NamedTensors variables{{"the pooled features", pooled}};
  // A pool's own parameters are not reached from the pooled features.
  for (auto& named : trained_parameters(subject.head())) variables.push_back(std::move(named));
  const bool through_pool = subject.head().pool_has_parameters();
  return check_gradient(
      [&] {
        seed_step(at::kCPU, kSeed, 0, 0);
        at::Tensor value = (subject.forward(pooled) * weights).sum();
        if (through_pool) value = value + (subject.pool(map).to(at::kDouble).square().mean());
        return value;
      },
      variables, 1e-4);
}

CheckFinding check_files(const TestedPlugin& plugin, const Subject& subject) {
  const Subject other(plugin, {.seed = kSeed + 1});
  const std::size_t tensors = copy_through_file(subject.head(), other.head());
  const at::Tensor map = maps(4);
  if (!subject.logits_without_gradient(map).equal(other.logits_without_gradient(map))) {
    throw CheckFailed(
        "the saved weights give other logits in another object: something that matters is no parameter and "
        "no buffer");
  }
  return {std::to_string(tensors) + " tensors saved and loaded; the logits are the same to the bit"};
}

// What the feature cache relies on: pooled features are kept for the whole of a training.
CheckFinding check_pool(const Subject& subject) {
  if (subject.head().pool_has_parameters()) {
    return {"pool_has_parameters() is true: maps are kept, pooled in each step"};
  }
  const c10::NoGradGuard no_grad;
  const at::Tensor map = maps(4);
  const at::Tensor once = subject.pool(map);
  subject.head().train(true);
  const bool same_in_training = once.equal(subject.pool(map));
  for (const at::Tensor& parameter : subject.head().parameters()) parameter.add_(1);
  const bool same_with_others = once.equal(subject.pool(map));
  if (!same_in_training || !same_with_others) {
    throw CheckFailed(std::string("pool_has_parameters() is false, but pool() changes ") +
                      (same_in_training ? "with the parameters" : "in training mode"));
  }
  return {"pool_has_parameters() is false, and pool() is the same in training and with other parameters"};
}

CheckFinding compare_with_fully_connected(const TestedPlugin& plugin) {
  constexpr std::int64_t kMapChannels = 1280;
  const at::Tensor map = maps(64, 4, 4, kMapChannels);
  const auto step = [&map](const Subject& who) { return [&] { who.logits(map).sum().backward(); }; };
  const auto make = [](const TestedPlugin& which) { return Subject(which, {.channels = kMapChannels}); };
  const std::string item = "64 maps of 1280x4x4, forward and backward";
  const Subject subject = make(plugin);
  const std::optional<TestedPlugin> built_in = built_in_plugin(Head::plugin_kind, "fully_connected");
  if (!built_in) return compare_time(item, step(subject), "", std::nullopt);
  const Subject peer = make(*built_in);
  return compare_time(item, step(subject), "fully_connected", step(peer));
}

}  // namespace

std::vector<PluginCheck> head_checks(const TestedPlugin& plugin) {
  auto checks = common_checks(plugin, ASSAY_BUILD_ID, [plugin](const Node& options) {
    const Subject subject(plugin, options, {});
    subject.probabilities(subject.logits_without_gradient(maps(2)));
  });
  const auto add = [&](const char* name, auto check) {
    checks.push_back({name, [plugin, check] { return check(Subject(plugin)); }});
  };
  const auto add_for_plugin = [&](const char* name, auto check) {
    checks.push_back({name, [plugin, check] { return check(plugin); }});
  };
  add_for_plugin("shapes", check_shapes);
  add("probabilities", check_probabilities);
  add("samples apart", check_samples);
  add("determinism", [plugin](const Subject& subject) { return check_determinism(plugin, subject); });
  add("initialise", [plugin](const Subject& subject) { return check_initialise(plugin, subject); });
  add_for_plugin("gradient", check_head_gradient);
  add("save and load", [plugin](const Subject& subject) { return check_files(plugin, subject); });
  add("pool", check_pool);
  add_for_plugin("time", compare_with_fully_connected);
  return checks;
}

}  // namespace assay
