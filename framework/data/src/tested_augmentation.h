// An augmentation under certification: called as the renderer and the trainer call it, and what it made, as numbers.
// Which calls are made and what must hold of them is certify_augmentation.cpp's.
#pragma once

#include <memory>
#include <vector>

#include "assay/certify.h"
#include "assay/data/augmentation.h"

namespace assay::data {

/// A picture to be looked at; it has no pixels.
struct Shape {
  double width;
  double height;
  const char* name;  ///< for messages
};

/// Levels beyond this are no picture any more.
inline constexpr double kLargestLevel = 1e5;

/// What an augmentation made, for comparing: every number of it.
using Made = std::vector<double>;

/// All numbers of a view: frame, map, clips, holes, fill, stages, blur and noise.
Made numbers_of(const View& view);

/// One object of the plugin. Each call draws from a stream that its arguments name. Any thread. Throws CheckFailed when
/// what was made can't be used, and what the plugin throws.
class TestedAugmentation {
 public:
  TestedAugmentation(const TestedPlugin& plugin, const Node& options);
  explicit TestedAugmentation(const TestedPlugin& plugin) : TestedAugmentation(plugin, plugin.options) {}

  bool has_pixels() const { return augmentation_->has_pixels(); }
  bool has_pairs() const { return augmentation_->has_pairs(); }

  /// Edits a view as that of the draw-th sample.
  void edit(View& view, const Shape& shape, std::int64_t draw) const;
  View view_of(const Shape& shape, std::int64_t draw) const;

  /// A rendered picture of so many pixels on a side, edited as that of the draw-th sample.
  Made pixels_of(std::int64_t size, std::int64_t draw) const;

  /// What the pictures of a batch are mixed with in the step-th step.
  Made pairs_of(std::int64_t count, std::int64_t step) const;

 private:
  std::shared_ptr<Augmentation> augmentation_;
  const PluginName& name_;
};

}  // namespace assay::data
