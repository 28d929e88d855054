#include "epoch_order.h"

#include "assay/error.h"
#include "assay/plugin_host.h"

namespace assay {

TrainingSplit::TrainingSplit(const Dataset& dataset)
    : samples(dataset.of_split(Split::train)), classes(static_cast<std::int64_t>(dataset.classes.size())) {
  for (const std::string& name : dataset.columns) columns.push_back({name, {}});
  for (const std::int64_t index : samples) {
    const Sample& sample = dataset.samples[static_cast<std::size_t>(index)];
    labels.push_back(sample.label);
    groups.push_back(sample.group);
    for (std::size_t c = 0; c < columns.size(); ++c) columns[c].values.push_back(sample.values[c]);
  }
}

std::vector<std::int64_t> order_of_epoch(const std::shared_ptr<const Sampler>& sampler, const TrainingSplit& split,
                                         std::uint64_t seed, std::int64_t epoch) {
  Random random(seed, Purpose::sampler, static_cast<std::uint32_t>(epoch));
  const PluginName& plugin = plugin_of(sampler);
  const PluginWork work{.epoch = epoch};
  auto order = in_plugin(plugin, "epoch", work, [&] { return sampler->epoch(split.population(), random); });
  if (order.empty()) throw plugin_failure(plugin, "epoch", work, "it shows no sample");
  const auto count = static_cast<std::int64_t>(split.samples.size());
  for (const std::int64_t position : order) {
    if (position < 0 || position >= count) {
      throw plugin_failure(
          plugin, "epoch", work,
          "it shows sample " + std::to_string(position) + "; there are " + std::to_string(count) + ", from 0 on");
    }
  }
  return order;
}

std::vector<std::uint16_t> draws_of(std::span<const std::int64_t> order, std::size_t positions) {
  std::vector<std::uint16_t> seen(positions, 0);
  std::vector<std::uint16_t> draws;
  draws.reserve(order.size());
  for (const std::int64_t position : order) draws.push_back(seen[static_cast<std::size_t>(position)]++);
  return draws;
}

std::int64_t view_of_draw(std::int64_t epoch, std::uint16_t draw, std::int64_t views) { return (epoch + draw) % views; }

Request training_request(std::int64_t sample, std::int64_t epoch, std::uint16_t draw, std::int64_t views) {
  if (views == 0) return {sample, true, static_cast<std::uint32_t>(epoch), draw};
  return {sample, true, static_cast<std::uint32_t>(view_of_draw(epoch, draw, views)), 0};
}

}  // namespace assay
