// An experiment's augmentations in their order: which of them a sample gets, and in which random stream each draws.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "assay/data/augmentation.h"
#include "assay/experiment.h"
#include "assay/plugin_host.h"

namespace assay {

/// The entries of [[augmentation]] and their plugins. Stateless after construction; called from any thread.
///
/// Plugins count from 0 in the order of the file, those of a one_of too; plugin n of a sample's view draws from the
/// stream (seed, view, sample, draw, n). Whether an entry takes part, and which of its one_of, is drawn from a stream
/// of its own, so that a probability doesn't change what the others draw.
class AugmentationChain {
 public:
  AugmentationChain() = default;
  /// Opens the plugins. Throws InvalidInput as create_plugin does, and for a group in which some plugins mix pictures
  /// and some don't.
  AugmentationChain(const PluginCatalog& catalog, std::span<const AugmentationEntry> entries);

  /// Plugins that always take part.
  explicit AugmentationChain(std::vector<std::shared_ptr<Augmentation>> plugins);

  bool empty() const { return entries_.empty(); }  ///< no entries
  bool has_pairs() const;                          ///< some plugin mixes pictures

  /// What one sample gets.
  struct Drawn {
    std::vector<std::size_t> plugins;  ///< numbers, in order
    bool has_pixels = false;           ///< some of them edits pixels
  };

  /// Edits the view. name: the sample's stream; its operation is not used. sample: for messages. Throws Failure naming
  /// the plugin when it throws, or leaves a view that is empty or not finite.
  Drawn sample(View& view, const StreamName& name, const std::string& sample) const;

  /// Lets the drawn plugins edit rendered pixels. Throws Failure naming the plugin when it throws or leaves a number
  /// that is not finite.
  void apply(const Drawn& drawn, const Pixels& pixels, const StreamName& name, const std::string& sample) const;

  /// What each of count pictures of a training step is mixed with, one list for each plugin that mixes and takes part,
  /// in order. Throws Failure naming the plugin when it throws, or leaves a partner, share or patch out of range.
  std::vector<std::vector<Mix>> pair(std::int64_t count, std::uint64_t seed, std::int64_t epoch,
                                     std::int64_t step) const;

 private:
  struct Leaf {
    std::shared_ptr<Augmentation> plugin;
    const PluginName* name;
    double weight;  ///< in its one_of
  };
  struct Entry {
    double probability;
    std::size_t first;  ///< of leaves_
    std::size_t count;  ///< 1, or the alternatives of a one_of
  };
  void add(std::shared_ptr<Augmentation> plugin, double weight);
  void check_group(const Entry& group) const;
  std::vector<std::size_t> draw(const StreamName& name) const;
  void edit_pixels(std::size_t number, const Pixels& pixels, const StreamName& name, const PluginWork& work) const;

  std::vector<Leaf> leaves_;
  std::vector<Entry> entries_;
};

}  // namespace assay
