// The checks of an augmentation: views that can be rendered whatever the picture's shape, colours, pixels and pairs in
// range, and all of them a function of the random stream alone, whoever calls it, when and from which thread.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "certify_plugin.h"
#include "parallel.h"
#include "tested_augmentation.h"

namespace assay::data {
namespace {

constexpr Shape kSquare{450, 450, "a picture of 450x450"};
constexpr std::array<Shape, 4> kShapes = {
    {{1, 1, "a picture of 1x1"}, {7, 3, "a picture of 7x3"}, kSquare, {2000, 31, "a picture of 2000x31"}}};
constexpr std::int64_t kDraws = 500;  // of each shape

// Beyond these, a view shows next to nothing of its picture, or the picture as a dot.
constexpr double kSmallestArea = 1e-6;
constexpr double kLargestArea = 1e4;
constexpr double kSmallestInside = 0.01;

// A blur of this size leaves no picture.
constexpr double kLargestBlur = 1000;

double area_in_source(const View& view) {
  const Affine& map = view.to_source();
  return std::abs(map.xx * map.yy - map.xy * map.yx) * view.width() * view.height();
}

/// Share of the view's points that lie in the picture.
double share_inside(const View& view, const Shape& shape) {
  constexpr int kSide = 9;
  int inside = 0;
  for (int row = 0; row < kSide; ++row) {
    for (int column = 0; column < kSide; ++column) {
      const double x = view.width() * (column + 0.5) / kSide;
      const double y = view.height() * (row + 0.5) / kSide;
      const Affine& map = view.to_source();
      const double source_x = map.xx * x + map.xy * y + map.x0;
      const double source_y = map.yx * x + map.yy * y + map.y0;
      inside += source_x >= 0 && source_x <= shape.width && source_y >= 0 && source_y <= shape.height ? 1 : 0;
    }
  }
  return static_cast<double>(inside) / (kSide * kSide);
}

CheckFinding check_views(const TestedAugmentation& subject) {
  double smallest = std::numeric_limits<double>::infinity();
  double largest = 0;
  double inside = 0;
  for (const Shape& shape : kShapes) {
    double inside_of_shape = 0;
    for (std::int64_t draw = 0; draw < kDraws; ++draw) {
      const View view = subject.view_of(shape, draw);
      const double area = area_in_source(view) / (shape.width * shape.height);
      smallest = std::min(smallest, area);
      largest = std::max(largest, area);
      inside_of_shape += share_inside(view, shape) / static_cast<double>(kDraws);
    }
    if (inside_of_shape < kSmallestInside) {
      throw CheckFailed(std::string("of ") + shape.name + ", views show " + short_number(100 * inside_of_shape) +
                        " % picture and else what lies outside it");
    }
    inside += inside_of_shape / static_cast<double>(kShapes.size());
  }
  const std::string range = short_number(smallest) + " to " + short_number(largest) + " times the picture's area";
  if (smallest < kSmallestArea || largest > kLargestArea) throw CheckFailed("views show " + range);
  return {std::to_string(kDraws * static_cast<std::int64_t>(kShapes.size())) +
          " views of 1x1, 7x3, 450x450 and 2000x31: " + range + ", " + short_number(100 * inside) +
          " % of their points inside it"};
}

// Augmentations come after each other: the frame is then neither the picture nor parallel to it.
CheckFinding check_composition(const TestedAugmentation& subject) {
  for (const Shape& shape : kShapes) {
    for (std::int64_t draw = 0; draw < kDraws; ++draw) {
      View view(shape.width, shape.height);
      view.rotate(30);
      view.crop(shape.width / 4, shape.height / 4, shape.width / 2, shape.height / 2);
      view.transpose();
      subject.edit(view, shape, draw);
      subject.edit(view, shape, draw + kDraws);
    }
  }
  return {"finite behind a turn, a crop and a transposition, and behind itself"};
}

/// What colours become over all draws.
struct ColourRange {
  double lowest = 255;
  double highest = 0;
  double blur = 0;
  double noise = 0;
  std::size_t holes = 0;
  bool changes = false;

  void add(const View& view) {
    changes = changes || !view.stages().empty() || view.blur_sigma() > 0 || view.noise_deviation() > 0 ||
              !view.holes().empty();
    blur = std::max(blur, view.blur_sigma());
    noise = std::max(noise, view.noise_deviation());
    holes = std::max(holes, view.holes().size());
    for (const double r : kLevels) {
      for (const double g : kLevels) {
        for (const double b : kLevels) add(view.stages(), {r, g, b});
      }
    }
  }

  std::string text() const {
    std::string text = "levels of 0 to 255 become " + short_number(lowest) + " to " + short_number(highest);
    if (blur > 0) text += ", blur up to " + short_number(blur) + " px";
    if (noise > 0) text += ", noise up to " + short_number(noise) + " levels";
    if (holes > 0) text += ", up to " + std::to_string(holes) + (holes == 1 ? " hole" : " holes");
    return text;
  }

 private:
  static constexpr std::array<double, 4> kLevels{0, 60, 180, 255};

  void add(std::span<const ColourStage> stages, Levels rgb) {
    for (const ColourStage& stage : stages) rgb = apply_stage(stage, rgb);
    for (const double level : rgb) {
      if (!(std::abs(level) <= kLargestLevel)) throw CheckFailed("a level becomes " + short_number(level));
      lowest = std::min(lowest, level);
      highest = std::max(highest, level);
    }
  }
};

CheckFinding check_colours(const TestedAugmentation& subject) {
  ColourRange range;
  for (std::int64_t draw = 0; draw < kDraws; ++draw) range.add(subject.view_of(kSquare, draw));
  if (!range.changes) return {"its views leave colours as they are", CheckResult::skipped};
  if (range.noise > kLargestLevel) throw CheckFailed("noise of " + short_number(range.noise) + " levels");
  if (range.blur > kLargestBlur) throw CheckFailed("a blur of " + short_number(range.blur) + " pixels");
  return {range.text()};
}

/// The same call by the plugin, by another object of it, and by 8 threads; each(subject, i) for i below count.
template <class Each>
void require_repeatable(const TestedPlugin& plugin, const TestedAugmentation& subject, std::int64_t count,
                        const std::string& what, const Each& each) {
  const TestedAugmentation other(plugin);
  std::vector<Made> threaded(static_cast<std::size_t>(count));
  for_each_in_parallel(count, 8, [&](std::int64_t i) { threaded[static_cast<std::size_t>(i)] = each(subject, i); });
  for (std::int64_t i = count; i-- > 0;) {
    const Made& once = threaded[static_cast<std::size_t>(i)];
    if (once == each(subject, i) && once == each(other, i)) continue;
    throw CheckFailed(what + " differ between calls: they must depend on the random stream alone");
  }
}

CheckFinding check_pixels(const TestedPlugin& plugin, const TestedAugmentation& subject) {
  if (!subject.has_pixels()) return {"it edits views, no pixels", CheckResult::skipped};
  constexpr std::array<std::int64_t, 4> kSides{1, 2, 33, 224};
  constexpr std::int64_t kPictures = 40;
  require_repeatable(plugin, subject, kPictures, "its pixels", [&](const TestedAugmentation& who, std::int64_t i) {
    return who.pixels_of(kSides[static_cast<std::size_t>(i) % kSides.size()], i);
  });
  return {std::to_string(kPictures) + " pictures of 1, 2, 33 and 224 pixels on a side: finite, and the same each time"};
}

CheckFinding check_pairs(const TestedPlugin& plugin, const TestedAugmentation& subject) {
  if (!subject.has_pairs()) return {"it mixes no pictures", CheckResult::skipped};
  constexpr std::array<std::int64_t, 4> kBatches{1, 2, 7, 64};
  require_repeatable(plugin, subject, kDraws, "its pairs", [&](const TestedAugmentation& who, std::int64_t i) {
    return who.pairs_of(kBatches[static_cast<std::size_t>(i) % kBatches.size()], i);
  });
  return {std::to_string(kDraws) + " batches of 1, 2, 7 and 64: in range, and the same each time"};
}

std::vector<Made> all_views(const TestedAugmentation& subject, std::int64_t threads) {
  std::vector<Made> views(static_cast<std::size_t>(kDraws) * kShapes.size());
  for_each_in_parallel(static_cast<std::int64_t>(views.size()), threads, [&](std::int64_t i) {
    const Shape& shape = kShapes[static_cast<std::size_t>(i / kDraws)];
    views[static_cast<std::size_t>(i)] = numbers_of(subject.view_of(shape, i % kDraws));
  });
  return views;
}

void require_equal(const std::vector<Made>& a, const std::vector<Made>& b, const std::string& when) {
  const auto [first, second] = std::mismatch(a.begin(), a.end(), b.begin());
  if (first == a.end()) return;
  const auto i = first - a.begin();
  throw CheckFailed("draw " + std::to_string(i % kDraws) + " of " + kShapes[static_cast<std::size_t>(i / kDraws)].name +
                    " gives another view " + when + ": it must depend on the random stream alone");
}

CheckFinding check_determinism(const TestedPlugin& plugin, const TestedAugmentation& subject) {
  const std::vector<Made> once = all_views(subject, 1);
  require_equal(once, all_views(TestedAugmentation(plugin), 1), "from another object");
  std::vector<Made> backwards(once.size());
  for (std::size_t i = once.size(); i-- > 0;) {
    const auto draw = static_cast<std::int64_t>(i);
    backwards[i] = numbers_of(subject.view_of(kShapes[i / kDraws], draw % kDraws));
  }
  require_equal(once, backwards, "in another order");
  return {std::to_string(once.size()) + " views, twice and backwards: the same to the bit"};
}

CheckFinding check_threads(const TestedAugmentation& subject) {
  const std::vector<Made> alone = all_views(subject, 1);
  for (int round = 0; round < 3; ++round) require_equal(alone, all_views(subject, 8), "from 8 threads");
  return {std::to_string(alone.size()) + " views from 1 and, three times, from 8 threads: the same to the bit"};
}

CheckFinding check_variety(const TestedAugmentation& subject) {
  std::vector<Made> views;
  for (std::int64_t draw = 0; draw < kDraws; ++draw) views.push_back(numbers_of(subject.view_of(kSquare, draw)));
  std::sort(views.begin(), views.end());
  const auto distinct = std::unique(views.begin(), views.end()) - views.begin();
  return {std::to_string(distinct) + " different views in " + std::to_string(kDraws) + " draws of one picture",
          CheckResult::note};
}

CheckFinding compare_with_crop(const TestedAugmentation& subject) {
  std::int64_t draw = 0;
  const auto call = [&draw](const TestedAugmentation& who) { return [&who, &draw] { who.view_of(kSquare, draw++); }; };
  const std::optional<TestedPlugin> crop = built_in_plugin(Augmentation::plugin_kind, "crop");
  if (!crop) return compare_time("a view", call(subject), "", std::nullopt);
  const TestedAugmentation peer(*crop);
  return compare_time("a view", call(subject), "crop", call(peer));
}

}  // namespace

std::vector<PluginCheck> augmentation_checks(const TestedPlugin& plugin) {
  auto checks = common_checks(plugin, ASSAY_BUILD_ID, [plugin](const Node& options) {
    const TestedAugmentation subject(plugin, options);
    for (std::int64_t draw = 0; draw < 10; ++draw) {
      subject.view_of(kSquare, draw);
      if (subject.has_pixels()) subject.pixels_of(33, draw);
      if (subject.has_pairs()) subject.pairs_of(7, draw);
    }
  });
  const auto add = [&](const char* name, auto check) {
    checks.push_back({name, [plugin, check] { return check(TestedAugmentation(plugin)); }});
  };
  add("views", check_views);
  add("composition", check_composition);
  add("colours", check_colours);
  add("pixels", [plugin](const TestedAugmentation& subject) { return check_pixels(plugin, subject); });
  add("pairs", [plugin](const TestedAugmentation& subject) { return check_pairs(plugin, subject); });
  add("determinism", [plugin](const TestedAugmentation& subject) { return check_determinism(plugin, subject); });
  add("threads", check_threads);
  add("variety", check_variety);
  add("time", compare_with_crop);
  return checks;
}

}  // namespace assay::data
