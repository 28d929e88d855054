#include "image_sizes.h"

#include <algorithm>
#include <map>

#include "found_images.h"

namespace assay::data {
namespace {

using Size = std::pair<std::int64_t, std::int64_t>;

/// A picture lying on its side is as large as one upright.
Size size_of(const Sample& sample) { return std::minmax(sample.width, sample.height); }

std::string text_of(const Size& size) { return std::to_string(size.first) + " x " + std::to_string(size.second); }

/// What is usual, and how far from it a size may be.
class UsualSize {
 public:
  explicit UsualSize(const std::vector<Sample>& samples) {
    std::map<Size, std::size_t> counts;
    std::vector<std::int64_t> sides;
    for (const Sample& sample : samples) {
      ++counts[size_of(sample)];
      sides.push_back(sample.width);
      sides.push_back(sample.height);
    }
    const auto most = std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
    is_one_ = 20 * most->second >= 19 * samples.size();
    one_ = most->first;
    const auto middle = sides.begin() + static_cast<std::ptrdiff_t>(sides.size() / 2);
    std::ranges::nth_element(sides, middle);
    middle_ = *middle;
  }

  bool is_odd(const Sample& sample) const {
    const auto [shorter, longer] = size_of(sample);
    return is_one_ ? Size(shorter, longer) != one_ : 3 * shorter < middle_ || longer > 3 * middle_;
  }

  std::string text() const { return is_one_ ? text_of(one_) : "sides of about " + std::to_string(middle_); }

 private:
  bool is_one_ = false;
  Size one_;
  std::int64_t middle_ = 0;
};

std::vector<std::string> names_of(const std::vector<std::int64_t>& which, const Dataset& dataset) {
  std::vector<std::string> names;
  for (const std::int64_t i : which) {
    const Sample& sample = dataset.samples[static_cast<std::size_t>(i)];
    names.push_back(sample.name + " (" + std::to_string(sample.width) + " x " + std::to_string(sample.height) + ")");
  }
  return names;
}

}  // namespace

void note_sizes(Dataset& dataset) {
  constexpr std::int64_t kTiny = 32;
  const UsualSize usual(dataset.samples);
  for (std::size_t i = 0; i < dataset.samples.size(); ++i) {
    const Sample& sample = dataset.samples[i];
    if (std::min(sample.width, sample.height) < kTiny) dataset.tiny.push_back(static_cast<std::int64_t>(i));
    if (usual.is_odd(sample)) dataset.odd.push_back(static_cast<std::int64_t>(i));
  }
  if (!dataset.tiny.empty()) {
    dataset.warnings.push_back("a side below " + std::to_string(kTiny) +
                               " pixels: " + list_names(names_of(dataset.tiny, dataset), "image"));
  }
  if (!dataset.odd.empty()) {
    dataset.warnings.push_back("of another size than the rest (" + usual.text() +
                               "): " + list_names(names_of(dataset.odd, dataset), "image"));
  }
}

}  // namespace assay::data
