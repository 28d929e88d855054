// An example of a plugin that is built outside Assay: an augmentation that looks closer at the middle of the picture.
// Copy this folder, rename it, and change these fifty lines.
#include <assay/data/augmentation.h>
#include <assay/plugin.h>

namespace {

struct ZoomOptions {
  double max_factor = 1.5;
};

void describe(assay::Fields<ZoomOptions>& fields) {
  fields.number("max_factor", &ZoomOptions::max_factor)
      .in(1.0, 4.0)
      .help("largest magnification; each sample draws one between 1 and this");
}

class Zoom : public assay::Augmentation {
 public:
  explicit Zoom(const ZoomOptions& options) : options_(options) {}

  void sample(assay::View& view, assay::Random& random) const override {
    const double factor = random.uniform(1.0, options_.max_factor);
    const double width = view.width() / factor;
    const double height = view.height() / factor;
    view.crop((view.width() - width) / 2, (view.height() - height) / 2, width, height);
  }

 private:
  ZoomOptions options_;
};

}  // namespace

ASSAY_PLUGIN(assay::Augmentation, Zoom, ZoomOptions, "zoom", "1.0.0");
