// Stain augmentation: how much of haematoxylin, eosin and a third stain lies in each pixel, times alpha plus beta,
// drawn for each stain. Tellez et al. 2018, "Whole-slide mitosis detection in H&E breast histology using PHH3 as a
// reference to train distilled stain-invariant convolutional networks", section II-D; stains by Ruifrok and Johnston
// 2001, "Quantification of histochemical staining by color deconvolution", whose matrix scikit-image's rgb2hed has,
// too.
#include "assay/data/augmentation.h"
#include "assay/range.h"

namespace {

struct StainOptions {
  assay::Range alpha = 0.1;
  assay::Range beta = 0.05;
};

void describe(assay::Fields<StainOptions>& f) {
  f.either("alpha", &StainOptions::alpha).in(0, 10).help("factor of each stain; one number: that much around 1");
  f.either("beta", &StainOptions::beta)
      .in(-5, 5)
      .unit("of optical density, natural logarithm")
      .help("added to each stain; one number: that much to either side");
}

/// Optical densities in red, green and blue of one unit of each stain; a column each: haematoxylin, eosin, DAB.
constexpr assay::ColourMatrix kDensityOfStains{{0.65, 0.07, 0.27,  //
                                                0.70, 0.99, 0.57,  //
                                                0.29, 0.11, 0.78},
                                               {}};

/// Cramer's rule.
assay::ColourMatrix inverse_of(const assay::ColourMatrix& given) {
  const std::array<double, 9>& m = given.matrix;
  const auto minor = [&](std::size_t row, std::size_t column) {
    const std::size_t r = (row + 1) % 3;
    const std::size_t s = (row + 2) % 3;
    const std::size_t c = (column + 1) % 3;
    const std::size_t d = (column + 2) % 3;
    return m[3 * r + c] * m[3 * s + d] - m[3 * r + d] * m[3 * s + c];
  };
  const double determinant = m[0] * minor(0, 0) + m[1] * minor(0, 1) + m[2] * minor(0, 2);
  assay::ColourMatrix inverse;
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      inverse.matrix[3 * row + column] = minor(column, row) / determinant;
    }
  }
  return inverse;
}

class Stain : public assay::Augmentation {
 public:
  explicit Stain(const StainOptions& options)
      : alpha_(around(options.alpha, 1, 0)), beta_(to_both_sides(options.beta)) {}

  void sample(assay::View& view, assay::Random& random) const override {
    assay::ColourMatrix change;
    for (std::size_t stain = 0; stain < 3; ++stain) {
      change.matrix[4 * stain] = alpha_.draw(random);
      change.offset[stain] = beta_.draw(random);
    }
    view.add(assay::DensityMatrix{kDensityOfStains.after(change).after(stains_of_density_)});
  }

 private:
  assay::Ends alpha_;
  assay::Ends beta_;
  assay::ColourMatrix stains_of_density_ = inverse_of(kDensityOfStains);
};

}  // namespace

ASSAY_PLUGIN(assay::Augmentation, Stain, StainOptions, "stain", "1.0.0");
