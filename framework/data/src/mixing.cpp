#include "assay/data/mixing.h"

#include <algorithm>
#include <cmath>

namespace assay {
namespace {

/// A patch in whole pixels.
struct PixelPatch {
  std::int64_t left;
  std::int64_t top;
  std::int64_t right;
  std::int64_t bottom;

  PixelPatch(const Patch& patch, std::int64_t size)
      : left(pixel_of(patch.left, size)),
        top(pixel_of(patch.top, size)),
        right(pixel_of(patch.right, size)),
        bottom(pixel_of(patch.bottom, size)) {}

  std::int64_t area() const { return (right - left) * (bottom - top); }

 private:
  static std::int64_t pixel_of(double edge, std::int64_t size) {
    return std::llround(edge * static_cast<double>(size));
  }
};

/// Mixes the pictures of one batch, each as soon as nobody needs its unmixed pixels any more.
///
/// Partners make a graph with one edge out of each picture: trees that lead into cycles. A tree's leaves go first; of a
/// cycle one picture is put aside, and is the last one's partner. So one picture is copied in place of the batch.
class BatchMixer {
 public:
  BatchMixer(std::span<float> pixels, std::int64_t size, std::span<const Mix> mixes)
      : pixels_(pixels), size_(size), mixes_(mixes), waiting_(mixes.size(), 0), is_done_(mixes.size(), false) {}

  std::vector<MixedLabel> run() {
    for (std::size_t i = 0; i < mixes_.size(); ++i) {
      labels_.push_back(label_of(i));
      if (partner_of(i) != i) ++waiting_[partner_of(i)];
    }
    for (std::size_t i = 0; i < mixes_.size(); ++i) mix_branch(i);
    for (std::size_t i = 0; i < mixes_.size(); ++i) mix_cycle(i);
    return std::move(labels_);
  }

 private:
  std::size_t partner_of(std::size_t i) const { return static_cast<std::size_t>(mixes_[i].partner); }

  std::span<float> picture(std::size_t i) const {
    const auto count = static_cast<std::size_t>(size_ * size_ * 3);
    return pixels_.subspan(i * count, count);
  }

  MixedLabel label_of(std::size_t i) const {
    const Mix& mix = mixes_[i];
    if (partner_of(i) == i) return {mix.partner, 1};
    if (!mix.patch) return {mix.partner, mix.share};
    const auto hidden = static_cast<double>(PixelPatch(*mix.patch, size_).area());
    return {mix.partner, 1 - hidden / static_cast<double>(size_ * size_)};
  }

  /// From a picture that is nobody's partner on, as far as that makes its partner one.
  void mix_branch(std::size_t i) {
    while (!is_done_[i] && waiting_[i] == 0) {
      const std::size_t partner = partner_of(i);
      mix(i, picture(partner));
      if (partner != i) --waiting_[partner];
      i = partner;
    }
  }

  void mix_cycle(std::size_t first) {
    if (is_done_[first]) return;
    const std::span<const float> given = picture(first);
    const std::vector<float> aside(given.begin(), given.end());
    for (std::size_t i = first; !is_done_[i]; i = partner_of(i)) {
      mix(i, partner_of(i) == first ? std::span<const float>(aside) : picture(partner_of(i)));
    }
  }

  void mix(std::size_t i, std::span<const float> partner) {
    is_done_[i] = true;
    if (partner_of(i) == i) return;
    if (mixes_[i].patch) {
      show_patch(picture(i), partner, PixelPatch(*mixes_[i].patch, size_));
    } else {
      blend(picture(i), partner, static_cast<float>(mixes_[i].share));
    }
  }

  static void blend(std::span<float> own, std::span<const float> partner, float share) {
    for (std::size_t k = 0; k < own.size(); ++k) own[k] = share * own[k] + (1 - share) * partner[k];
  }

  void show_patch(std::span<float> own, std::span<const float> partner, const PixelPatch& patch) const {
    for (std::int64_t y = patch.top; y < patch.bottom; ++y) {
      const auto first = static_cast<std::ptrdiff_t>(3 * (y * size_ + patch.left));
      const auto last = static_cast<std::ptrdiff_t>(3 * (y * size_ + patch.right));
      std::copy(partner.begin() + first, partner.begin() + last, own.begin() + first);
    }
  }

  std::span<float> pixels_;
  std::int64_t size_;
  std::span<const Mix> mixes_;
  std::vector<std::int64_t> waiting_;  // pictures that still need the unmixed pixels of this one
  std::vector<bool> is_done_;
  std::vector<MixedLabel> labels_;
};

}  // namespace

bool is_in_range(const Mix& mix, std::int64_t count) {
  const auto is_share = [](double v) { return v >= 0 && v <= 1; };
  if (mix.partner < 0 || mix.partner >= count || !is_share(mix.share)) return false;
  if (!mix.patch) return true;
  const Patch& patch = *mix.patch;
  return is_share(patch.left) && is_share(patch.top) && is_share(patch.right) && is_share(patch.bottom) &&
         patch.left <= patch.right && patch.top <= patch.bottom;
}

void shuffle_partners(std::span<Mix> batch, Random& random) {
  std::vector<std::int64_t> partners;
  for (const Mix& mix : batch) partners.push_back(mix.partner);
  random.shuffle(std::span(partners));
  for (std::size_t i = 0; i < batch.size(); ++i) batch[i].partner = partners[i];
}

std::vector<MixedLabel> mix_pictures(std::span<float> pixels, std::int64_t size, std::span<const Mix> mixes) {
  return BatchMixer(pixels, size, mixes).run();
}

}  // namespace assay
