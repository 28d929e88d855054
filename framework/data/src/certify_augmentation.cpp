// The checks of an augmentation: views that can be rendered whatever the picture's shape, and a function of the random
// stream alone, whoever calls it, when and from which thread.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "assay/data/augmentation.h"
#include "certify_plugin.h"
#include "parallel.h"
#include "usable_view.h"

namespace assay::data {
namespace {

struct Shape {
  double width;
  double height;
  const char* name;
};

constexpr Shape kSquare{450, 450, "a picture of 450x450"};
constexpr std::array<Shape, 4> kShapes = {
    {{1, 1, "a picture of 1x1"}, {7, 3, "a picture of 7x3"}, kSquare, {2000, 31, "a picture of 2000x31"}}};
constexpr std::int64_t kDraws = 500;  // of each shape

// Beyond these, a view shows next to nothing of its picture, or the picture as a dot.
constexpr double kSmallestArea = 1e-6;
constexpr double kLargestArea = 1e4;
constexpr double kSmallestInside = 0.01;

/// What an augmentation made of one picture, for comparing.
using Made = std::array<double, 8>;

Made made_of(const View& view) {
  const Affine& map = view.to_source();
  return {map.xx, map.xy, map.x0, map.yx, map.yy, map.y0, view.width(), view.height()};
}

/// The augmentation under test, called as the renderer calls it.
class Subject {
 public:
  Subject(const TestedPlugin& plugin, const Node& options)
      : augmentation_(create_plugin<Augmentation>(plugin, options)), name_(plugin.report_name()) {}
  explicit Subject(const TestedPlugin& plugin) : Subject(plugin, plugin.options) {}

  /// Edits a view as that of the draw-th sample.
  void edit(View& view, const Shape& shape, std::int64_t draw) const {
    Random random(StreamName{20, 0, static_cast<std::uint32_t>(draw), 0, 0});
    const PluginWork work{shape.name, 1, 0, draw};
    in_plugin(name_, "sample", work, [&] { augmentation_->sample(view, random); });
    if (!is_usable(view)) {
      throw CheckFailed("the view" + work.text() + " is empty or holds a number that is not finite");
    }
  }

  View view_of(const Shape& shape, std::int64_t draw) const {
    View view(shape.width, shape.height);
    edit(view, shape, draw);
    return view;
  }

 private:
  std::shared_ptr<Augmentation> augmentation_;
  const PluginName& name_;
};

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

CheckFinding check_views(const Subject& subject) {
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
CheckFinding check_composition(const Subject& subject) {
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

std::vector<Made> all_views(const Subject& subject, std::int64_t threads) {
  std::vector<Made> views(static_cast<std::size_t>(kDraws) * kShapes.size());
  for_each_in_parallel(static_cast<std::int64_t>(views.size()), threads, [&](std::int64_t i) {
    const Shape& shape = kShapes[static_cast<std::size_t>(i / kDraws)];
    views[static_cast<std::size_t>(i)] = made_of(subject.view_of(shape, i % kDraws));
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

CheckFinding check_determinism(const TestedPlugin& plugin, const Subject& subject) {
  const std::vector<Made> once = all_views(subject, 1);
  require_equal(once, all_views(Subject(plugin), 1), "from another object");
  std::vector<Made> backwards(once.size());
  for (std::size_t i = once.size(); i-- > 0;) {
    const auto draw = static_cast<std::int64_t>(i);
    backwards[i] = made_of(subject.view_of(kShapes[i / kDraws], draw % kDraws));
  }
  require_equal(once, backwards, "in another order");
  return {std::to_string(once.size()) + " views, twice and backwards: the same to the bit"};
}

CheckFinding check_threads(const Subject& subject) {
  const std::vector<Made> alone = all_views(subject, 1);
  for (int round = 0; round < 3; ++round) require_equal(alone, all_views(subject, 8), "from 8 threads");
  return {std::to_string(alone.size()) + " views from 1 and, three times, from 8 threads: the same to the bit"};
}

CheckFinding check_variety(const Subject& subject) {
  std::vector<Made> views;
  for (std::int64_t draw = 0; draw < kDraws; ++draw) views.push_back(made_of(subject.view_of(kSquare, draw)));
  std::sort(views.begin(), views.end());
  const auto distinct = std::unique(views.begin(), views.end()) - views.begin();
  return {std::to_string(distinct) + " different views in " + std::to_string(kDraws) + " draws of one picture",
          CheckResult::note};
}

CheckFinding compare_with_crop(const Subject& subject) {
  std::int64_t draw = 0;
  const auto call = [&draw](const Subject& who) { return [&who, &draw] { who.view_of(kSquare, draw++); }; };
  const std::optional<TestedPlugin> crop = built_in_plugin(Augmentation::plugin_kind, "crop");
  if (!crop) return compare_time("a view", call(subject), "", std::nullopt);
  const Subject peer(*crop);
  return compare_time("a view", call(subject), "crop", call(peer));
}

}  // namespace

std::vector<PluginCheck> augmentation_checks(const TestedPlugin& plugin) {
  auto checks = common_checks(plugin, ASSAY_BUILD_ID, [plugin](const Node& options) {
    const Subject subject(plugin, options);
    for (std::int64_t draw = 0; draw < 10; ++draw) subject.view_of(kSquare, draw);
  });
  const auto add = [&](const char* name, auto check) {
    checks.push_back({name, [plugin, check] { return check(Subject(plugin)); }});
  };
  add("views", check_views);
  add("composition", check_composition);
  add("determinism", [plugin](const Subject& subject) { return check_determinism(plugin, subject); });
  add("threads", check_threads);
  add("variety", check_variety);
  add("time", compare_with_crop);
  return checks;
}

}  // namespace assay::data
