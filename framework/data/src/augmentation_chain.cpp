#include "assay/data/augmentation_chain.h"

#include <algorithm>
#include <cmath>

#include "assay/data/mixing.h"
#include "assay/error.h"
#include "assay/plugin_host.h"
#include "view_fault.h"

namespace assay {
namespace {

/// Which of a plugin's streams: its number is added.
enum class Draws : std::uint16_t { view = 0, choice = 0x4000, pixels = 0x8000, pairs = 0xC000 };

StreamName stream(StreamName name, Draws draws, std::size_t plugin) {
  name.operation = static_cast<std::uint16_t>(static_cast<std::size_t>(draws) + plugin);
  return name;
}

PluginWork work_of(const StreamName& name, const std::string& sample) { return {sample, 1, name.epoch, name.draw}; }

}  // namespace

AugmentationChain::AugmentationChain(const PluginCatalog& catalog, std::span<const AugmentationEntry> entries) {
  const auto open = [&](const PluginEntry& entry) {
    return create_plugin<Augmentation>(catalog, entry.plugin, entry.options);
  };
  for (const AugmentationEntry& entry : entries) {
    const std::size_t first = leaves_.size();
    if (entry.one_of.empty()) add(open(entry), 1);
    for (const AugmentationChoice& choice : entry.one_of) add(open(choice), choice.probability);
    entries_.push_back({entry.probability, first, leaves_.size() - first});
    check_group(entries_.back());
  }
}

// A group's choice is made for each batch where plugins mix pictures, and for each picture where they don't.
void AugmentationChain::check_group(const Entry& group) const {
  const auto of_group = std::span(leaves_).subspan(group.first, group.count);
  const auto mixes = [](const Leaf& leaf) { return leaf.plugin->has_pairs(); };
  const auto mixing = std::ranges::find_if(of_group, mixes);
  const auto other = std::ranges::find_if_not(of_group, mixes);
  if (mixing == of_group.end() || other == of_group.end()) return;
  throw InvalidInput("augmentation: a one_of holds '" + mixing->name->name +
                     "', which mixes the pictures of a batch, and '" + other->name->name +
                     "', which doesn't; put them into groups of their own");
}

AugmentationChain::AugmentationChain(std::vector<std::shared_ptr<Augmentation>> plugins) {
  for (auto& plugin : plugins) {
    entries_.push_back({1, leaves_.size(), 1});
    add(std::move(plugin), 1);
  }
}

void AugmentationChain::add(std::shared_ptr<Augmentation> plugin, double weight) {
  const PluginName* name = &plugin_of(plugin);
  leaves_.push_back({std::move(plugin), name, weight});
}

bool AugmentationChain::has_pairs() const {
  return std::ranges::any_of(leaves_, [](const Leaf& leaf) { return leaf.plugin->has_pairs(); });
}

std::vector<std::size_t> AugmentationChain::draw(const StreamName& name) const {
  std::vector<std::size_t> taken;
  for (const Entry& entry : entries_) {
    if (entry.probability >= 1 && entry.count == 1) {
      taken.push_back(entry.first);
      continue;
    }
    Random random(stream(name, Draws::choice, entry.first));
    if (!random.chance(entry.probability)) continue;
    double total = 0;
    for (std::size_t i = 0; i < entry.count; ++i) total += leaves_[entry.first + i].weight;
    double at = random.uniform(0, total);
    std::size_t chosen = entry.first;
    while (chosen + 1 < entry.first + entry.count && at >= leaves_[chosen].weight) at -= leaves_[chosen++].weight;
    taken.push_back(chosen);
  }
  return taken;
}

AugmentationChain::Drawn AugmentationChain::sample(View& view, const StreamName& name,
                                                   const std::string& sample) const {
  const PluginWork work = work_of(name, sample);
  Drawn drawn{draw(name), false};
  for (const std::size_t number : drawn.plugins) {
    const Leaf& leaf = leaves_[number];
    Random random(stream(name, Draws::view, number));
    in_plugin(*leaf.name, "sample", work, [&] { leaf.plugin->sample(view, random); });
    if (const char* fault = data::fault_of(view)) {
      throw plugin_failure(*leaf.name, "sample", work, std::string("its view ") + fault);
    }
    drawn.has_pixels = drawn.has_pixels || leaf.plugin->has_pixels();
  }
  return drawn;
}

void AugmentationChain::apply(const Drawn& drawn, const Pixels& pixels, const StreamName& name,
                              const std::string& sample) const {
  for (const std::size_t number : drawn.plugins) {
    if (leaves_[number].plugin->has_pixels()) edit_pixels(number, pixels, name, work_of(name, sample));
  }
}

void AugmentationChain::edit_pixels(std::size_t number, const Pixels& pixels, const StreamName& name,
                                    const PluginWork& work) const {
  const Leaf& leaf = leaves_[number];
  Random random(stream(name, Draws::pixels, number));
  in_plugin(*leaf.name, "apply", work, [&] { leaf.plugin->apply(pixels, random); });
  if (!std::ranges::all_of(pixels.rgb, [](float level) { return std::isfinite(level); })) {
    throw plugin_failure(*leaf.name, "apply", work, "its picture holds a number that is not finite");
  }
}

std::vector<std::vector<Mix>> AugmentationChain::pair(std::int64_t count, std::uint64_t seed, std::int64_t epoch,
                                                      std::int64_t step) const {
  // No sample has so many draws: a batch's streams are none of a sample's.
  constexpr std::uint16_t kBatch = 0xFFFF;
  const StreamName name{seed, static_cast<std::uint32_t>(epoch), static_cast<std::uint32_t>(step), kBatch, 0};
  const std::string where = "a batch of " + std::to_string(count) + " in step " + std::to_string(step);
  const PluginWork work{.sample = where, .epoch = epoch};
  std::vector<std::vector<Mix>> mixes;
  for (const std::size_t number : draw(name)) {
    const Leaf& leaf = leaves_[number];
    if (!leaf.plugin->has_pairs()) continue;
    std::vector<Mix> batch(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) batch[static_cast<std::size_t>(i)].partner = i;
    Random random(stream(name, Draws::pairs, number));
    in_plugin(*leaf.name, "pair", work, [&] { leaf.plugin->pair(batch, random); });
    if (!std::ranges::all_of(batch, [&](const Mix& mix) { return is_in_range(mix, count); })) {
      throw plugin_failure(*leaf.name, "pair", work, "a partner, a share or a patch is out of range");
    }
    mixes.push_back(std::move(batch));
  }
  return mixes;
}

}  // namespace assay
