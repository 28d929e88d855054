#include "contact_sheet.h"

#include <opencv2/imgcodecs.hpp>

#include <algorithm>
#include <cstdio>
#include <map>
#include <sstream>

#include "assay/data/mixing.h"
#include "assay/data/renderer.h"
#include "grouping.h"
#include "new_file.h"
#include "parallel.h"
#include "picture.h"
#include "sheet_layout.h"

namespace assay::data {
namespace {

/// An augmentation for a row of its own.
struct Alone {
  AugmentationEntry entry;  ///< takes part always
  std::string title;        ///< with the probability that it has in the experiment
};

std::string name_of(const PluginEntry& entry) {
  return entry.id == entry.plugin ? entry.id : entry.id + " (" + entry.plugin + ")";
}

/// Numbers as people write them: 1.33333, not 1.3333333333333333.
std::string value_text(const Node& value) {
  if (value.is_list()) {
    std::string text;
    for (const Node& item : value.list()) text += (text.empty() ? "" : ", ") + value_text(item);
    return "[" + text + "]";
  }
  const auto* number = std::get_if<double>(&value.value);
  if (number == nullptr) return to_text(value);
  std::ostringstream text;
  text << *number;
  return text.str();
}

std::string options_text(const PluginEntry& entry) {
  std::string text;
  if (!entry.options.is_table()) return text;
  for (const Node::Entry& option : entry.options.table()) {
    text += (text.empty() ? "" : ", ") + option.key + " = " + value_text(option.node);
  }
  return text;
}

/// share: of the pictures that get it in training, on average; of several: alternatives, of which it is one.
Alone alone(const PluginEntry& plugin, double share, std::size_t of_several) {
  Alone made;
  static_cast<PluginEntry&>(made.entry) = plugin;
  made.title = name_of(plugin);
  if (const std::string options = options_text(plugin); !options.empty()) made.title += "   " + options;
  if (share < 1) {
    char percent[16];
    std::snprintf(percent, sizeof(percent), "%.3g %%", 100 * share);
    made.title += std::string("   (shown always; ") + percent + " of training pictures get it";
    made.title += of_several > 1 ? ", as one of " + std::to_string(of_several) + ")" : ")";
  }
  return made;
}

/// Each plugin, those of groups too.
std::vector<Alone> each_alone(const std::vector<AugmentationEntry>& entries) {
  std::vector<Alone> all;
  for (const AugmentationEntry& entry : entries) {
    if (entry.one_of.empty()) all.push_back(alone(entry, entry.probability, 1));
    double total = 0;
    for (const AugmentationChoice& choice : entry.one_of) total += choice.probability;
    for (const AugmentationChoice& choice : entry.one_of) {
      all.push_back(alone(choice, entry.probability * choice.probability / total, entry.one_of.size()));
    }
  }
  return all;
}

/// Makes the rows of a sheet from an experiment's own renderer.
class SheetRenderer {
 public:
  SheetRenderer(const Experiment& experiment, const Dataset& dataset, std::int64_t views)
      : experiment_(experiment), dataset_(dataset), views_(views), catalog_(catalog_for(experiment.plugins)) {
    InputSpec input = resolve_input(experiment.preprocessing, InputSpec{});
    input.mean = {0, 0, 0};  // pixels as shares of white, to be shown
    input.std = {1, 1, 1};
    options_ = renderer_options(experiment, input);
    options_.preprocessing =
        measure_crop(experiment.preprocessing, dataset, experiment.dataset.mask, experiment.dataset.pixel_limit);
    options_.augmentations = AugmentationChain(catalog_, experiment.augmentations);
  }

  std::int64_t columns() const { return 2 + shown_views(); }

  /// The original, the evaluation's picture and the first views of training.
  SheetRow row_of(std::int64_t position) const {
    const Sample& sample = sample_at(position);
    SheetRow row = row_by(Renderer(options_), position);
    row.title = "group " + dataset_.groups[static_cast<std::size_t>(sample.group)] + "   " + sample.name + "   " +
                std::to_string(sample.width) + " x " + std::to_string(sample.height);
    return row;
  }

  /// What one augmentation does alone to the first of these samples; one that mixes gets all of them as its batch.
  SheetRow row_of_augmentation(const Alone& augmentation, const std::vector<std::int64_t>& positions) const {
    Renderer::Options options = options_;
    options.augmentations = AugmentationChain(catalog_, std::span(&augmentation.entry, 1));
    const Renderer renderer(options);
    SheetRow row = row_by(renderer, positions.front());
    if (renderer.augmentations().has_pairs()) mix_tiles(renderer, positions, row);
    row.title = augmentation.title;
    return row;
  }

 private:
  std::int64_t shown_views() const { return experiment_.augmentations.empty() ? 0 : views_; }

  const Sample& sample_at(std::int64_t position) const { return dataset_.samples[static_cast<std::size_t>(position)]; }

  SheetRow row_by(const Renderer& renderer, std::int64_t position) const {
    const Sample& sample = sample_at(position);
    const std::string side = std::to_string(renderer.size());
    SheetRow row;
    row.captions = {"original", "evaluation, " + side + " x " + side};
    row.tiles = {tile_of_file(sample), tile_of_view(renderer, sample, {position, false, 0, 0})};
    for (std::int64_t view = 0; view < shown_views(); ++view) {
      row.captions.push_back("view " + std::to_string(view + 1));
      row.tiles.push_back(tile_of_view(renderer, sample, {position, true, static_cast<std::uint32_t>(view), 0}));
    }
    return row;
  }

  cv::Mat tile_of_file(const Sample& sample) const {
    Picture picture = read_picture(sample.path, options_.pixel_limit);
    return tile_of({static_cast<int>(picture.height), static_cast<int>(picture.width), CV_8UC3, picture.rgb.data()});
  }

  static cv::Mat tile_of_view(const Renderer& renderer, const Sample& sample, const Request& request) {
    std::vector<float> shares(numbers_of(renderer));
    renderer.render(sample, request, shares);
    return tile_of_shares(shares, renderer.size());
  }

  /// Views as the batch of these samples is mixed in the first steps of training.
  void mix_tiles(const Renderer& renderer, const std::vector<std::int64_t>& positions, SheetRow& row) const {
    const auto count = static_cast<std::int64_t>(positions.size());
    const std::size_t numbers = numbers_of(renderer);
    for (std::int64_t view = 0; view < shown_views(); ++view) {
      std::vector<float> batch(positions.size() * numbers);
      for (std::size_t i = 0; i < positions.size(); ++i) {
        const Request request{positions[i], true, static_cast<std::uint32_t>(view), 0};
        renderer.render(sample_at(positions[i]), request, std::span(batch).subspan(i * numbers, numbers));
      }
      for (const std::vector<Mix>& mixes : renderer.augmentations().pair(count, options_.seed, 0, view)) {
        mix_pictures(batch, renderer.size(), mixes);
      }
      row.tiles[static_cast<std::size_t>(2 + view)] = tile_of_shares(std::span(batch).first(numbers), renderer.size());
    }
  }

  static std::size_t numbers_of(const Renderer& renderer) {
    return static_cast<std::size_t>(renderer.size() * renderer.size() * 3);
  }

  /// shares: of white, [size, size, 3].
  static cv::Mat tile_of_shares(std::span<float> shares, std::int64_t size) {
    const auto side = static_cast<int>(size);
    cv::Mat rgb;
    cv::Mat(side, side, CV_32FC3, shares.data()).convertTo(rgb, CV_8UC3, 255.0);
    return tile_of(rgb);
  }

  const Experiment& experiment_;
  const Dataset& dataset_;
  std::int64_t views_;
  PluginCatalog catalog_;
  Renderer::Options options_;
};

/// Rows are drawn by several threads, each into its place.
void fill_rows(std::vector<SheetSection>& sections, const std::vector<std::function<SheetRow()>>& makers,
               const Progress& progress) {
  std::vector<SheetRow> rows(makers.size());
  const auto count = static_cast<std::int64_t>(makers.size());
  for_each_in_parallel(
      count, 0, [&](std::int64_t i) { rows[static_cast<std::size_t>(i)] = makers[static_cast<std::size_t>(i)](); },
      [&](std::int64_t done) {
        if (progress) progress("drawing the contact sheet", done, count);
      });
  auto next = rows.begin();
  for (SheetSection& section : sections) {
    for (SheetRow& row : section.rows) row = std::move(*next++);
  }
}

}  // namespace

std::vector<std::int64_t> samples_to_show(const Dataset& dataset, std::int64_t label, std::int64_t count) {
  const auto by_name = [&](std::int64_t a, std::int64_t b) {
    return natural_less(dataset.samples[static_cast<std::size_t>(a)].name,
                        dataset.samples[static_cast<std::size_t>(b)].name);
  };
  std::map<std::int64_t, std::vector<std::int64_t>> by_group;  // groups are numbered in the order of their names
  for (std::size_t i = 0; i < dataset.samples.size(); ++i) {
    const Sample& sample = dataset.samples[i];
    if (sample.label == label && sample.split == Split::train) {
      by_group[sample.group].push_back(static_cast<std::int64_t>(i));
    }
  }
  std::vector<std::vector<std::int64_t>> groups;
  for (auto& [group, members] : by_group) {
    std::ranges::sort(members, by_name);
    groups.push_back(std::move(members));
  }
  // With more groups than rows, groups at even distances show one sample each; with fewer, each shows several.
  std::vector<std::int64_t> shown;
  const auto wanted = static_cast<std::size_t>(count);
  const std::size_t used = std::min(groups.size(), wanted);
  for (std::size_t round = 0, added = 1; shown.size() < wanted && added > 0; ++round) {
    added = 0;
    for (std::size_t i = 0; i < used && shown.size() < wanted; ++i) {
      const std::vector<std::int64_t>& members = groups[(2 * i + 1) * groups.size() / (2 * used)];
      if (round >= members.size()) continue;
      shown.push_back(members[round]);
      ++added;
    }
  }
  return shown;
}

void draw_contact_sheet(const Experiment& experiment, const Dataset& dataset, const ContactSheetRequest& request,
                        const Progress& progress) {
  const SheetRenderer renderer(experiment, dataset, request.views);
  std::vector<SheetSection> sections;
  std::vector<std::function<SheetRow()>> makers;
  std::vector<std::int64_t> batch;  // all samples shown; one of the positive class first
  for (std::size_t label = 0; label < dataset.classes.size(); ++label) {
    const auto number = static_cast<std::int64_t>(label);
    SheetSection section{
        dataset.classes[label] + (number == dataset.positive ? " (positive)" : "") + ", training split", {}};
    const std::vector<std::int64_t> positions = samples_to_show(dataset, number, request.samples);
    for (const std::int64_t position : positions) {
      section.rows.emplace_back();
      makers.emplace_back([&renderer, position] { return renderer.row_of(position); });
    }
    batch.insert(number == dataset.positive ? batch.begin() : batch.end(), positions.begin(), positions.end());
    sections.push_back(std::move(section));
  }
  const std::vector<Alone> augmentations = each_alone(experiment.augmentations);
  if (!augmentations.empty() && !batch.empty()) {
    SheetSection section{"each augmentation alone", {}};
    for (const Alone& augmentation : augmentations) {
      section.rows.emplace_back();
      makers.emplace_back([&] { return renderer.row_of_augmentation(augmentation, batch); });
    }
    sections.push_back(std::move(section));
  }
  fill_rows(sections, makers, progress);
  std::vector<std::uint8_t> png;
  cv::imencode(".png", lay_out(sections, renderer.columns()), png);
  write_new_file(request.file, {reinterpret_cast<const char*>(png.data()), png.size()});
}

}  // namespace assay::data
