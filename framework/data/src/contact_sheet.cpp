#include "contact_sheet.h"

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <map>
#include <sstream>

#include "assay/data/renderer.h"
#include "grouping.h"
#include "new_file.h"
#include "parallel.h"
#include "picture.h"

namespace assay::data {
namespace {

constexpr int kTile = 168;      ///< side of a shown picture, in pixels of the sheet
constexpr int kGap = 6;         ///< between pictures
constexpr int kMargin = 18;     ///< around the sheet
constexpr int kCaption = 20;    ///< height of a line of text
constexpr int kSection = 34;    ///< height of a section's title
constexpr double kText = 0.42;  ///< size of letters, in OpenCV's units
constexpr double kTitle = 0.6;  ///< the same, of a section's title
const cv::Scalar kPaper(250, 250, 250);
const cv::Scalar kInk(40, 40, 40);
const cv::Scalar kPale(130, 130, 130);
const cv::Scalar kLine(205, 205, 205);

/// OpenCV's letters are ASCII only.
std::string printable(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return text;
}

/// Cut in the middle to what fits: a file's name tells most at its two ends.
std::string fitted(const std::string& given, int width) {
  const std::string text = printable(given);
  const auto width_of = [](const std::string& t) {
    return cv::getTextSize(t, cv::FONT_HERSHEY_SIMPLEX, kText, 1, nullptr).width;
  };
  if (width_of(text) <= width) return text;
  for (std::size_t kept = text.size() - 1; kept > 1; --kept) {
    const std::size_t front = kept / 2;
    const std::string cut = text.substr(0, front) + "..." + text.substr(text.size() - (kept - front));
    if (width_of(cut) <= width) return cut;
  }
  return "";
}

/// One line of pictures with what they are called.
struct Row {
  std::string title;                  ///< over the whole row
  std::vector<std::string> captions;  ///< of each picture; shown above the first row of a section
  std::vector<cv::Mat> tiles;         ///< kTile x kTile, BGR
};

struct Section {
  std::string title;
  std::vector<Row> rows;
};

/// The whole of a picture within a tile, its shape kept.
cv::Mat tile_of_original(const Picture& picture) {
  const cv::Mat rgb(static_cast<int>(picture.height), static_cast<int>(picture.width), CV_8UC3,
                    const_cast<std::uint8_t*>(picture.rgb.data()));
  const double scale = static_cast<double>(kTile) / std::max(rgb.cols, rgb.rows);
  const cv::Size size(std::max(1, cvRound(rgb.cols * scale)), std::max(1, cvRound(rgb.rows * scale)));
  cv::Mat small;
  cv::resize(rgb, small, size, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_NEAREST);
  cv::Mat tile(kTile, kTile, CV_8UC3, kPaper);
  cv::cvtColor(small, tile(cv::Rect((kTile - size.width) / 2, (kTile - size.height) / 2, size.width, size.height)),
               cv::COLOR_RGB2BGR);
  return tile;
}

/// What the renderer made, in shares of white.
cv::Mat tile_of_rendered(std::vector<float>& pixels, std::int64_t size) {
  const cv::Mat rgb(static_cast<int>(size), static_cast<int>(size), CV_32FC3, pixels.data());
  cv::Mat bytes;
  rgb.convertTo(bytes, CV_8UC3, 255.0);
  cv::cvtColor(bytes, bytes, cv::COLOR_RGB2BGR);
  cv::Mat tile;
  cv::resize(bytes, tile, cv::Size(kTile, kTile), 0, 0, size > kTile ? cv::INTER_AREA : cv::INTER_NEAREST);
  return tile;
}

void write(cv::Mat& sheet, const std::string& text, int x, int baseline, double size, const cv::Scalar& colour) {
  cv::putText(sheet, printable(text), {x, baseline}, cv::FONT_HERSHEY_SIMPLEX, size, colour, 1, cv::LINE_AA);
}

constexpr int kRow = kCaption + kTile + kGap;

int column_at(std::size_t i) { return kMargin + static_cast<int>(i) * (kTile + kGap); }

int height_of(const Section& section) {
  return kSection + (section.rows.empty() ? 0 : kCaption) + static_cast<int>(section.rows.size()) * kRow;
}

void draw_row(const Row& row, int y, cv::Mat& sheet) {
  write(sheet, fitted(row.title, sheet.cols - 2 * kMargin), kMargin, y + kCaption - 6, kText, kInk);
  for (std::size_t i = 0; i < row.tiles.size(); ++i) {
    const cv::Rect place(column_at(i), y + kCaption, kTile, kTile);
    row.tiles[i].copyTo(sheet(place));
    cv::rectangle(sheet, place, kLine, 1);  // a white picture ends somewhere, too
  }
}

void draw_section(const Section& section, int y, cv::Mat& sheet) {
  write(sheet, section.title, kMargin, y + kSection - 14, kTitle, kInk);
  const int line = y + kSection - 5;
  cv::line(sheet, {kMargin, line}, {sheet.cols - kMargin, line}, kLine, 1);
  if (section.rows.empty()) return;
  y += kSection;
  const std::vector<std::string>& captions = section.rows.front().captions;
  for (std::size_t i = 0; i < captions.size(); ++i) {
    write(sheet, fitted(captions[i], kTile), column_at(i), y + kCaption - 5, kText, kPale);
  }
  y += kCaption;
  for (const Row& row : section.rows) {
    draw_row(row, y, sheet);
    y += kRow;
  }
}

/// Lays sections out from top to bottom.
cv::Mat lay_out(const std::vector<Section>& sections, std::int64_t columns) {
  int height = 2 * kMargin;
  for (const Section& section : sections) height += height_of(section);
  const int width = column_at(static_cast<std::size_t>(columns)) - kGap + kMargin;
  cv::Mat sheet(height, width, CV_8UC3, kPaper);
  int y = kMargin;
  for (const Section& section : sections) {
    draw_section(section, y, sheet);
    y += height_of(section);
  }
  return sheet;
}

/// Makes the rows of a sheet from an experiment's own renderer.
class SheetRenderer {
 public:
  SheetRenderer(const Experiment& experiment, const Dataset& dataset, std::int64_t views)
      : experiment_(experiment), dataset_(dataset), views_(views), catalog_(catalog_for(experiment.plugins)) {
    options_.seed = static_cast<std::uint64_t>(experiment.seed);
    options_.input = resolve_input(experiment.preprocessing, InputSpec{});
    options_.input.mean = {0, 0, 0};  // pixels as shares of white, to be shown
    options_.input.std = {1, 1, 1};
    options_.mask = experiment.dataset.mask;
    options_.pixel_limit = experiment.dataset.pixel_limit;
    options_.preprocessing =
        measure_crop(experiment.preprocessing, dataset, experiment.dataset.mask, experiment.dataset.pixel_limit);
    for (const PluginEntry& entry : experiment.augmentations) options_.augmentations.push_back(augmentation(entry));
  }

  std::int64_t columns() const { return 2 + shown_views(); }

  /// The original, the evaluation's picture and the first views of training.
  Row row_of(std::int64_t position) const {
    const Sample& sample = sample_at(position);
    Row row = row_by(Renderer(options_), position);
    row.title = "group " + dataset_.groups[static_cast<std::size_t>(sample.group)] + "   " + sample.name + "   " +
                std::to_string(sample.width) + " x " + std::to_string(sample.height);
    return row;
  }

  /// What one augmentation does alone to a sample.
  Row row_of_augmentation(std::size_t number, std::int64_t position) const {
    Renderer::Options alone = options_;
    alone.augmentations = {options_.augmentations[number]};
    const PluginEntry& entry = experiment_.augmentations[number];
    Row row = row_by(Renderer(alone), position);
    row.title = entry.id + (entry.id == entry.plugin ? "" : " (" + entry.plugin + ")") + "   " + options_text(entry);
    return row;
  }

 private:
  std::shared_ptr<Augmentation> augmentation(const PluginEntry& entry) const {
    return create_plugin<Augmentation>(catalog_, entry.plugin, entry.options);
  }

  std::int64_t shown_views() const { return experiment_.augmentations.empty() ? 0 : views_; }

  const Sample& sample_at(std::int64_t position) const { return dataset_.samples[static_cast<std::size_t>(position)]; }

  Row row_by(const Renderer& renderer, std::int64_t position) const {
    const Sample& sample = sample_at(position);
    const std::string side = std::to_string(renderer.size());
    Row row;
    row.captions = {"original", "evaluation, " + side + " x " + side};
    row.tiles = {tile_of_original(read_picture(sample.path, options_.pixel_limit)),
                 tile_of(renderer, sample, {position, false, 0, 0})};
    for (std::int64_t view = 0; view < shown_views(); ++view) {
      row.captions.push_back("view " + std::to_string(view + 1));
      row.tiles.push_back(tile_of(renderer, sample, {position, true, static_cast<std::uint32_t>(view), 0}));
    }
    return row;
  }

  static cv::Mat tile_of(const Renderer& renderer, const Sample& sample, const Request& request) {
    const auto size = static_cast<std::size_t>(renderer.size());
    std::vector<float> pixels(size * size * 3);
    renderer.render(sample, request, pixels);
    return tile_of_rendered(pixels, renderer.size());
  }

  /// Numbers as people write them: 1.33333, not 1.3333333333333333.
  static std::string value_text(const Node& value) {
    const auto* number = std::get_if<double>(&value.value);
    if (number == nullptr) return to_text(value);
    std::ostringstream text;
    text << *number;
    return text.str();
  }

  static std::string options_text(const PluginEntry& entry) {
    std::string text;
    if (!entry.options.is_table()) return text;
    for (const Node::Entry& option : entry.options.table()) {
      text += (text.empty() ? "" : ", ") + option.key + " = " + value_text(option.node);
    }
    return text;
  }

  const Experiment& experiment_;
  const Dataset& dataset_;
  std::int64_t views_;
  PluginCatalog catalog_;
  Renderer::Options options_;
};

/// Rows are drawn by several threads, each into its place.
void fill_rows(std::vector<Section>& sections, const std::vector<std::function<Row()>>& makers,
               const Progress& progress) {
  std::vector<Row> rows(makers.size());
  const auto count = static_cast<std::int64_t>(makers.size());
  for_each_in_parallel(
      count, 0, [&](std::int64_t i) { rows[static_cast<std::size_t>(i)] = makers[static_cast<std::size_t>(i)](); },
      [&](std::int64_t done) {
        if (progress) progress("drawing the contact sheet", done, count);
      });
  auto next = rows.begin();
  for (Section& section : sections) {
    for (Row& row : section.rows) row = std::move(*next++);
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
  std::vector<Section> sections;
  std::vector<std::function<Row()>> makers;
  for (std::size_t label = 0; label < dataset.classes.size(); ++label) {
    const auto number = static_cast<std::int64_t>(label);
    Section section{dataset.classes[label] + (number == dataset.positive ? " (positive)" : "") + ", training split",
                    {}};
    for (const std::int64_t position : samples_to_show(dataset, number, request.samples)) {
      section.rows.emplace_back();
      makers.emplace_back([&renderer, position] { return renderer.row_of(position); });
    }
    sections.push_back(std::move(section));
  }
  if (!experiment.augmentations.empty()) {
    const std::int64_t example = samples_to_show(dataset, std::max<std::int64_t>(dataset.positive, 0), 1).front();
    Section section{"each augmentation alone", {}};
    for (std::size_t i = 0; i < experiment.augmentations.size(); ++i) {
      section.rows.emplace_back();
      makers.emplace_back([&renderer, i, example] { return renderer.row_of_augmentation(i, example); });
    }
    sections.push_back(std::move(section));
  }
  fill_rows(sections, makers, progress);
  std::vector<std::uint8_t> png;
  cv::imencode(".png", lay_out(sections, renderer.columns()), png);
  write_new_file(request.file, {reinterpret_cast<const char*>(png.data()), png.size()});
}

}  // namespace assay::data
