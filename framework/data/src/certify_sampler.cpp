// The checks of a sampler: epochs that show samples that exist, a function of (seed, epoch), with the classes in the
// shares that it promises.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "assay/data/sampler.h"
#include "certify_plugin.h"

namespace assay::data {
namespace {

constexpr std::uint64_t kSeed = 20;
constexpr std::uint32_t kEpochs = 50;

/// A training split that could be.
struct MadeSplit {
  std::string name;
  std::vector<std::int64_t> labels;
  std::vector<std::int64_t> groups;
  std::int64_t classes = 2;
  std::vector<PopulationColumn> columns;

  /// counts: samples of each class. groups: patients among whom they are dealt in turn.
  MadeSplit(std::string called, const std::vector<std::int64_t>& counts, std::int64_t patients)
      : name(std::move(called)), classes(static_cast<std::int64_t>(counts.size())) {
    for (std::size_t label = 0; label < counts.size(); ++label) {
      labels.insert(labels.end(), static_cast<std::size_t>(counts[label]), static_cast<std::int64_t>(label));
    }
    PopulationColumn stain{"stain", {}};
    for (std::size_t i = 0; i < labels.size(); ++i) {
      groups.push_back(static_cast<std::int64_t>(i) % patients);
      stain.values.emplace_back(i % 3 == 0 ? "" : i % 3 == 1 ? "giemsa" : "wright");
    }
    columns.push_back(std::move(stain));
  }

  Population population() const { return {labels, groups, classes, columns}; }
};

std::vector<MadeSplit> made_splits() {
  return {{"balanced classes", {100, 100}, 20}, {"9 to 1", {180, 20}, 20}, {"three classes", {90, 60, 10}, 16},
          {"one patient", {30, 10}, 1},         {"one class", {30, 0}, 5}, {"a class without samples", {20, 0, 20}, 5},
          {"two samples", {1, 1}, 2},           {"one sample", {1, 0}, 1}};
}

/// The sampler under test, called as training calls it.
class Subject {
 public:
  Subject(const TestedPlugin& plugin, const Node& options)
      : sampler_(create_plugin<Sampler>(plugin, options)), name_(plugin.report_name()) {}
  explicit Subject(const TestedPlugin& plugin) : Subject(plugin, plugin.options) {}

  std::vector<std::int64_t> epoch(const MadeSplit& split, std::uint32_t epoch, std::uint64_t seed = kSeed) const {
    Random random(seed, Purpose::sampler, epoch);
    const PluginWork work{.epoch = epoch};
    auto order = in_plugin(name_, "epoch", work, [&] { return sampler_->epoch(split.population(), random); });
    check(order, split, work);
    return order;
  }

  std::vector<double> class_prior(const MadeSplit& split) const {
    return in_plugin(name_, "class_prior", {}, [&] { return sampler_->class_prior(split.population()); });
  }

 private:
  static void check(const std::vector<std::int64_t>& order, const MadeSplit& split, const PluginWork& work) {
    const std::string where = split.name + work.text() + ": ";
    if (order.empty()) throw CheckFailed(where + "the epoch shows no sample");
    const auto count = static_cast<std::int64_t>(split.labels.size());
    for (const std::int64_t position : order) {
      if (position < 0 || position >= count) {
        throw CheckFailed(where + "the epoch shows sample " + std::to_string(position) + "; there are " +
                          std::to_string(count) + ", from 0 on");
      }
    }
  }

  std::shared_ptr<Sampler> sampler_;
  const PluginName& name_;
};

CheckFinding check_epochs(const Subject& subject) {
  double fewest = std::numeric_limits<double>::infinity();
  double most = 0;
  const std::vector<MadeSplit> splits = made_splits();
  for (const MadeSplit& split : splits) {
    for (std::uint32_t epoch = 0; epoch < kEpochs; ++epoch) {
      const auto share =
          static_cast<double>(subject.epoch(split, epoch).size()) / static_cast<double>(split.labels.size());
      fewest = std::min(fewest, share);
      most = std::max(most, share);
    }
  }
  return {std::to_string(kEpochs) + " epochs of each of " + std::to_string(splits.size()) +
          " splits: every index in bounds, " + short_number(fewest) + " to " + short_number(most) +
          " times as many shown as there are"};
}

CheckFinding check_determinism(const TestedPlugin& plugin, const Subject& subject) {
  const Subject other(plugin);
  for (const MadeSplit& split : made_splits()) {
    std::vector<std::vector<std::int64_t>> orders;
    for (std::uint32_t epoch = 0; epoch < kEpochs; ++epoch) orders.push_back(subject.epoch(split, epoch));
    for (std::uint32_t epoch = kEpochs; epoch-- > 0;) {
      if (orders[epoch] != other.epoch(split, epoch)) {
        throw CheckFailed(split.name + ": epoch " + std::to_string(epoch) +
                          " has another order from another object, asked for backwards: it must depend on the random "
                          "stream alone");
      }
    }
  }
  return {std::to_string(kEpochs) + " epochs of each split, twice and backwards: the same orders"};
}

// A figure only: a sampler that shows the samples in order, or by a fixed curriculum, is a sampler too.
CheckFinding check_variety(const Subject& subject) {
  const MadeSplit split("balanced classes", {100, 100}, 20);
  std::set<std::vector<std::int64_t>> orders;
  for (std::uint32_t epoch = 0; epoch < kEpochs; ++epoch) orders.insert(subject.epoch(split, epoch));
  const bool same = subject.epoch(split, 0) == subject.epoch(split, 0, kSeed + 1);
  const std::string found =
      orders.size() == 1 ? "the same order in all " : std::to_string(orders.size()) + " different orders in ";
  return {found + std::to_string(kEpochs) + " epochs; another seed gives " + (same ? "the same" : "another") + " order",
          CheckResult::note};
}

/// Mean and standard error of a class's share over epochs.
struct Share {
  double mean = 0;
  double error = 0;
};

Share share_of(std::int64_t label, const MadeSplit& split, const std::vector<std::vector<std::int64_t>>& orders) {
  std::vector<double> shares;
  for (const auto& order : orders) {
    const auto shown = std::count_if(order.begin(), order.end(), [&](std::int64_t position) {
      return split.labels[static_cast<std::size_t>(position)] == label;
    });
    shares.push_back(static_cast<double>(shown) / static_cast<double>(order.size()));
  }
  const auto count = static_cast<double>(shares.size());
  const double mean = std::accumulate(shares.begin(), shares.end(), 0.0) / count;
  double squares = 0;
  for (const double share : shares) squares += (share - mean) * (share - mean);
  return {mean, std::sqrt(squares / (count - 1) / count)};
}

void check_is_prior(const std::vector<double>& prior, const MadeSplit& split) {
  const std::string where = split.name + ": class_prior() ";
  if (static_cast<std::int64_t>(prior.size()) != split.classes) {
    throw CheckFailed(where + "has " + std::to_string(prior.size()) + " numbers for " + std::to_string(split.classes) +
                      " classes");
  }
  double sum = 0;
  for (const double share : prior) {
    if (!(share >= 0)) throw CheckFailed(where + "holds " + short_number(share));
    sum += share;
  }
  if (!(std::abs(sum - 1) < 1e-9)) throw CheckFailed(where + "adds up to " + short_number(sum) + ", not to 1");
}

// How far the mean share may lie from the promise: five standard errors of a mean over 50 epochs, which chance passes
// once in 100,000 comparisons (Student's t with 49 degrees of freedom), and one sample of an epoch, since a share of an
// epoch's size is seldom a whole number.
double tolerance(const Share& share, std::size_t shown) { return 5 * share.error + 1.0 / static_cast<double>(shown); }

CheckFinding check_class_prior(const Subject& subject) {
  double farthest = 0;
  int compared = 0;
  for (const MadeSplit& split : made_splits()) {
    const std::vector<double> prior = subject.class_prior(split);
    if (prior.empty()) continue;
    check_is_prior(prior, split);
    std::vector<std::vector<std::int64_t>> orders;
    for (std::uint32_t epoch = 0; epoch < kEpochs; ++epoch) orders.push_back(subject.epoch(split, epoch));
    for (std::int64_t label = 0; label < split.classes; ++label) {
      const Share share = share_of(label, split, orders);
      const double promised = prior[static_cast<std::size_t>(label)];
      const double allowed = tolerance(share, orders.front().size());
      if (std::abs(share.mean - promised) > allowed) {
        throw CheckFailed(split.name + ": class " + std::to_string(label) + " is " + short_number(share.mean) +
                          " of what " + std::to_string(kEpochs) + " epochs show; class_prior() promises " +
                          short_number(promised) + ", give or take " + short_number(allowed));
      }
      farthest = std::max(farthest, std::abs(share.mean - promised));
      ++compared;
    }
  }
  if (compared == 0) return {"it promises none (class_prior() is empty)", CheckResult::skipped};
  return {std::to_string(compared) + " shares over " + std::to_string(kEpochs) + " epochs, at most " +
          short_number(farthest) + " from the promise (5 standard errors and 1 sample are allowed)"};
}

CheckFinding compare_with_random(const Subject& subject) {
  const MadeSplit split("ten thousand", {9000, 1000}, 100);
  std::uint32_t epoch = 0;
  const auto call = [&](const Subject& who) { return [&who, &split, &epoch] { who.epoch(split, epoch++); }; };
  const std::string item = "an epoch of 10,000";
  const std::optional<TestedPlugin> random = built_in_plugin(Sampler::plugin_kind, "random");
  if (!random) return compare_time(item, call(subject), "", std::nullopt);
  const Subject peer(*random);
  return compare_time(item, call(subject), "random", call(peer));
}

}  // namespace

std::vector<PluginCheck> sampler_checks(const TestedPlugin& plugin) {
  auto checks = common_checks(plugin, ASSAY_BUILD_ID, [plugin](const Node& options) {
    Subject(plugin, options).epoch({"balanced classes", {100, 100}, 20}, 0);
  });
  const auto add = [&](const char* name, auto check) {
    checks.push_back({name, [plugin, check] { return check(Subject(plugin)); }});
  };
  add("epochs", check_epochs);
  add("determinism", [plugin](const Subject& subject) { return check_determinism(plugin, subject); });
  add("variety", check_variety);
  add("class prior", check_class_prior);
  add("time", compare_with_random);
  return checks;
}

}  // namespace assay::data
