#include "assay/data/beta_distribution.h"

#include <cmath>

namespace assay {
namespace {

/// Logarithm of a gamma draw of this shape, at least 1, and scale 1.
double log_gamma_draw(Random& random, double shape) {
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = random.normal();
    const double root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    const double u = 1 - random.uniform();
    if (std::log(u) < x * x / 2 + d - d * v + d * std::log(v)) return std::log(d * v);
  }
}

/// The same of any shape: below 1, a draw of the shape above times a power of a uniform one (section 6 there).
double log_gamma_draw_of_any(Random& random, double shape) {
  if (shape >= 1) return log_gamma_draw(random, shape);
  const double above = log_gamma_draw(random, shape + 1);
  return above + std::log(1 - random.uniform()) / shape;
}

}  // namespace

double draw_beta(Random& random, double a, double b) {
  const double x = log_gamma_draw_of_any(random, a);
  const double y = log_gamma_draw_of_any(random, b);
  return 1 / (1 + std::exp(y - x));
}

}  // namespace assay
