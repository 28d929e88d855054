#include "demo_cell.h"

#include <algorithm>
#include <cmath>

#include "assay/random.h"

namespace assay::data {
namespace {

constexpr std::uint64_t kSeed = 0x44454D4F;  // "DEMO"

/// Nearly normal: the sum of twelve uniform numbers. Random::normal uses functions whose last bit differs by machine.
double bell(Random& random) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += random.uniform();
  return sum;
}

/// exp(-x) as (1 - x/1024)^1024.
float fade(float x) {
  float power = std::max(0.0F, 1.0F - x / 1024.0F);
  for (int i = 0; i < 10; ++i) power *= power;
  return power;
}

/// From 0 at or below 0 to 1 at or above 1.
double smooth_step(double x) {
  x = std::clamp(x, 0.0, 1.0);
  return x * x * (3 - 2 * x);
}

struct Direction {
  double x, y;
};

Direction random_direction(Random& random) {
  for (;;) {
    const double x = random.uniform(-1, 1);
    const double y = random.uniform(-1, 1);
    const double square = x * x + y * y;
    if (square > 0.01 && square <= 1) return {x / std::sqrt(square), y / std::sqrt(square)};
  }
}

/// A closed curve around a centre: a circle with waves of two, three and four periods.
class Outline {
 public:
  Outline(double x, double y, double radius, double waviness, Random& random)
      : x_(x), y_(y), radius_(radius), reach_(radius) {
    for (std::size_t k = 0; k < waves_.size(); ++k) {
      const Direction phase = random_direction(random);
      const double amplitude = waviness * random.uniform(0.6, 1.0) / static_cast<double>(k + 1);
      waves_[k] = {amplitude * phase.x, amplitude * phase.y};
      reach_ += radius * amplitude;
    }
  }

  /// Pixels from the curve, positive inside.
  double depth(double x, double y) const {
    const double dx = x - x_;
    const double dy = y - y_;
    const double distance = std::sqrt(dx * dx + dy * dy);
    if (distance < 1e-9) return radius_;
    const Direction unit{dx / distance, dy / distance};
    Direction turned = unit;
    double factor = 1;
    for (const Direction& wave : waves_) {
      turned = {turned.x * unit.x - turned.y * unit.y, turned.x * unit.y + turned.y * unit.x};
      factor += wave.x * turned.x - wave.y * turned.y;
    }
    return radius_ * factor - distance;
  }

  double x() const { return x_; }
  double y() const { return y_; }
  double radius() const { return radius_; }
  /// No point of the curve is further from the centre.
  double reach() const { return reach_; }

 private:
  double x_;
  double y_;
  double radius_;
  double reach_;
  std::array<Direction, 3> waves_{};
};

/// Smooth noise in [-1, 1]: random numbers at the points of a lattice, blended between them. Two lattices, the finer
/// one turned, so that neither shows.
class Noise {
 public:
  explicit Noise(Random& random) {
    for (float& value : lattice_) value = static_cast<float>(random.uniform(-1, 1));
  }

  /// x, y: in steps of the coarse lattice, not negative.
  double at(double x, double y) const {
    return 0.62 * one_lattice(x, y) + 0.55 * one_lattice(1.2 * x + 0.9 * y, 1.2 * y - 0.9 * x + 1024);
  }

 private:
  static constexpr std::int64_t kSide = 64;

  double one_lattice(double x, double y) const {
    const auto i = static_cast<std::int64_t>(x);
    const auto j = static_cast<std::int64_t>(y);
    const double fx = smooth_step(x - static_cast<double>(i));
    const double fy = smooth_step(y - static_cast<double>(j));
    const double above = value(i, j) + fx * (value(i + 1, j) - value(i, j));
    const double below = value(i, j + 1) + fx * (value(i + 1, j + 1) - value(i, j + 1));
    return above + fy * (below - above);
  }

  double value(std::int64_t i, std::int64_t j) const {
    return static_cast<double>(lattice_[static_cast<std::size_t>((j & (kSide - 1)) * kSide + (i & (kSide - 1)))]);
  }

  std::array<float, kSide * kSide> lattice_{};
};

using Density = std::array<double, 3>;  ///< optical, of R, G, B

/// Optical densities of a picture, to which shapes add theirs, as light is taken away by all that it passes through.
class Slide {
 public:
  explicit Slide(std::int64_t size) : size_(size), densities_(static_cast<std::size_t>(size * size * 3)) {}

  std::int64_t size() const { return size_; }

  /// Adds amount(x, y, depth) * stain wherever the outline, widened by a soft edge, covers a pixel.
  template <class Amount>
  void add(const Outline& outline, double edge, const Density& stain, Amount amount) {
    const double reach = outline.reach() + edge;
    for (std::int64_t y = first(outline.y() - reach); y < end(outline.y() + reach); ++y) {
      for (std::int64_t x = first(outline.x() - reach); x < end(outline.x() + reach); ++x) {
        const double px = static_cast<double>(x) + 0.5;
        const double py = static_cast<double>(y) + 0.5;
        const double dx = px - outline.x();
        const double dy = py - outline.y();
        if (dx * dx + dy * dy > reach * reach) continue;
        const double depth = outline.depth(px, py);
        if (depth <= -edge) continue;
        const double value = smooth_step((depth + edge) / (2 * edge)) * amount(px, py, depth);
        float* density = densities_.data() + (y * size_ + x) * 3;
        for (std::size_t c = 0; c < 3; ++c) density[c] += static_cast<float>(value * stain[c]);
      }
    }
  }

  /// Of the pixels of a row: [size, 3].
  std::span<const float> row(std::int64_t y) const {
    return std::span(densities_).subspan(static_cast<std::size_t>(y * size_ * 3), static_cast<std::size_t>(size_ * 3));
  }

 private:
  std::int64_t first(double at) const { return std::clamp(static_cast<std::int64_t>(at), std::int64_t{0}, size_); }
  std::int64_t end(double at) const { return std::clamp(static_cast<std::int64_t>(at) + 1, std::int64_t{0}, size_); }

  std::int64_t size_;
  std::vector<float> densities_;
};

DemoCell make_cell(const DemoPatient& patient, bool malignant, Random& random) {
  const double degree = (malignant ? 1.0 : -1.0) + 0.68 * bell(random);
  DemoCell cell;
  cell.radius = patient.zoom * std::clamp(0.222 + 0.006 * degree + 0.022 * bell(random), 0.15, 0.32);
  cell.nucleus_share = std::clamp(0.795 + 0.055 * degree + 0.022 * bell(random), 0.5, 0.95);
  cell.density = std::clamp(1.0 - 0.16 * degree + 0.10 * bell(random), 0.5, 1.6);
  cell.clumps = std::clamp(0.30 - 0.10 * degree + 0.06 * bell(random), 0.05, 0.7);
  cell.grain = std::clamp(0.040 - 0.010 * degree + 0.004 * bell(random), 0.015, 0.07);
  cell.lobes = std::clamp(0.10 - 0.05 * degree + 0.03 * bell(random), 0.02, 0.24);
  cell.nucleoli = std::clamp(static_cast<int>(1.0 + degree + 0.6 * bell(random)), 0, 4);
  return cell;
}

struct Stains {
  Density nucleus;
  Density plasma;
  Density red;
};

Stains stains_of(const DemoPatient& patient) {
  const auto times = [](const Density& d, double f) { return Density{d[0] * f, d[1] * f, d[2] * f}; };
  const double hue = 0.12 * patient.hue;
  return {times({0.74 - hue, 1.20, 0.34 + hue}, patient.nuclear_stain), times({0.36, 0.30, 0.06}, patient.plasma_stain),
          times({0.10, 0.34, 0.27}, patient.red_stain)};
}

void draw_red_cells(Slide& slide, const Outline& white, double zoom, const Density& stain, Random& random) {
  const auto side = static_cast<double>(slide.size());
  const double edge = side / 170;
  const auto count = 5 + random.below(10);
  for (std::uint32_t i = 0; i < count; ++i) {
    const double x = random.uniform(-0.05, 1.05) * side;
    const double y = random.uniform(-0.05, 1.05) * side;
    const double radius = zoom * side * random.uniform(0.105, 0.13);
    const double strength = random.uniform(0.85, 1.15);
    const Outline outline(x, y, radius, 0.05, random);
    // Cells lie beside each other more often than over each other.
    if (white.depth(x, y) > -0.85 * radius) continue;
    slide.add(outline, edge, stain, [&](double, double, double depth) {
      return strength * (1.0 - 0.55 * smooth_step(depth / radius * 1.5 - 0.45));
    });
  }
}

void draw_platelets(Slide& slide, const Outline& white, const Density& stain, Random& random) {
  const auto side = static_cast<double>(slide.size());
  for (std::uint32_t i = random.below(4); i > 0; --i) {
    // Braces, here and below: they draw the numbers from left to right, which parentheses leave to the compiler.
    const Outline outline{random.uniform() * side, random.uniform() * side, side * random.uniform(0.012, 0.024), 0.15,
                          random};
    if (white.depth(outline.x(), outline.y()) > -outline.radius()) continue;
    slide.add(outline, side / 120, stain, [](double, double, double) { return 0.45; });
  }
}

void draw_nucleoli(Slide& slide, const Outline& nucleus, const DemoCell& cell, const Density& stain, Random& random) {
  for (int i = 0; i < cell.nucleoli; ++i) {
    const Direction towards = random_direction(random);
    const double distance = nucleus.radius() * random.uniform(0.1, 0.6);
    const double radius = nucleus.radius() * random.uniform(0.10, 0.17);
    const Outline outline(nucleus.x() + distance * towards.x, nucleus.y() + distance * towards.y, radius, 0.1, random);
    slide.add(outline, radius / 2, stain, [&](double, double, double) { return -0.30 * cell.density; });
  }
}

Outline draw_white_cell(Slide& slide, const DemoCell& cell, const Stains& stains, Random& random) {
  const auto side = static_cast<double>(slide.size());
  const double edge = side / 200;
  const double radius = cell.radius * side;
  const Outline body{side * random.uniform(0.44, 0.56), side * random.uniform(0.44, 0.56), radius, 0.05, random};
  const Direction towards = random_direction(random);
  const double off_center = radius * (1 - cell.nucleus_share) * random.uniform(0.0, 0.7);
  const Outline nucleus(body.x() + off_center * towards.x, body.y() + off_center * towards.y,
                        radius * cell.nucleus_share, cell.lobes, random);
  const Noise noise(random);
  const double grain = cell.grain * side;
  slide.add(body, edge, stains.plasma, [&](double x, double y, double depth) {
    return 0.85 + 0.25 * noise.at(x / grain / 1.7, y / grain / 1.7) + 0.25 * (1 - smooth_step(depth / (0.15 * radius)));
  });
  slide.add(nucleus, edge, stains.nucleus, [&](double x, double y, double depth) {
    const double texture = 1.4 * noise.at(x / grain, y / grain);
    const double rim = 0.12 * (1 - smooth_step(depth / (0.12 * radius)));
    // A nucleus may bulge over its cell's edge, but is not seen where the cell is not.
    const double covered = smooth_step((body.depth(x, y) + 2 * edge) / (2 * edge));
    return covered * cell.density * std::max(0.2, 1.0 + cell.clumps * texture + rim);
  });
  draw_nucleoli(slide, nucleus, cell, stains.nucleus, random);
  return body;
}

/// Light through the slide, uneven and noisy as a camera's.
Picture expose(const Slide& slide, const DemoPatient& patient, Random& random) {
  const std::int64_t size = slide.size();
  const Direction tilt = random_direction(random);
  const double slope = random.uniform(0.0, 0.05) / static_cast<double>(size);
  const double level = random.uniform(0.97, 1.03);
  Picture picture{size, size, std::vector<std::uint8_t>(static_cast<std::size_t>(size * size * 3))};
  std::vector<float> light(static_cast<std::size_t>(size * 3));
  for (std::int64_t y = 0; y < size; ++y) {
    std::ranges::transform(slide.row(y), light.begin(), fade);
    std::uint8_t* rgb = picture.row(y);
    for (std::int64_t x = 0; x < size; ++x, rgb += 3) {
      const double across =
          static_cast<double>(2 * x + 1 - size) / 2 * tilt.x + static_cast<double>(2 * y + 1 - size) / 2 * tilt.y;
      const double lamp = level * (1 + slope * across);
      const std::uint32_t noise = random();
      for (std::size_t c = 0; c < 3; ++c) {
        const double grain = static_cast<double>(static_cast<int>(noise >> (8 * c) & 0xFF) - 128) / 64;
        const double value =
            patient.light[c] * lamp * static_cast<double>(light[static_cast<std::size_t>(3 * x) + c]) + grain;
        rgb[c] = static_cast<std::uint8_t>(std::clamp(value + 0.5, 0.0, 255.0));
      }
    }
  }
  return picture;
}

}  // namespace

DemoPatient make_demo_patient(std::int64_t patient) {
  Random random(kSeed, Purpose::demo, 1, static_cast<std::uint32_t>(patient));
  DemoPatient made;
  made.nuclear_stain = random.uniform(0.75, 1.25);
  made.plasma_stain = random.uniform(0.7, 1.4);
  made.red_stain = random.uniform(0.65, 1.35);
  made.light = {random.uniform(224, 252), random.uniform(216, 244), random.uniform(216, 246)};
  made.hue = random.uniform(-1, 1);
  made.zoom = random.uniform(0.93, 1.07);
  made.malignant_share = random.uniform(0.45, 0.75);
  made.phase = random.uniform();
  return made;
}

bool is_malignant(const DemoPatient& patient, std::int64_t n) {
  const double before = static_cast<double>(n) * patient.malignant_share + patient.phase;
  return std::floor(before + patient.malignant_share) > std::floor(before);
}

Picture draw_demo_picture(const DemoPatient& patient, bool malignant, std::int64_t index, std::int64_t size) {
  Random random(kSeed, Purpose::demo, 0, static_cast<std::uint32_t>(index));
  const Stains stains = stains_of(patient);
  const DemoCell cell = make_cell(patient, malignant, random);
  Slide slide(size);
  const Outline body = draw_white_cell(slide, cell, stains, random);
  draw_red_cells(slide, body, patient.zoom, stains.red, random);
  draw_platelets(slide, body, stains.nucleus, random);
  return expose(slide, patient, random);
}

}  // namespace assay::data
