// A backbone whose answer is wrong in the way its option says.
#include <ATen/ops/full_like.h>

#include <cmath>

#include "assay/learn/backbone.h"
#include "assay/learn/blocks.h"
#include "assay/learn/initialise.h"
#include "assay/plugin.h"

namespace {

struct FaultyBackboneOptions {
  std::string fault = "none";
};

void describe(assay::Fields<FaultyBackboneOptions>& f) {
  f.text("fault", &FaultyBackboneOptions::fault)
      .words({"none", "flat map", "other channels", "fewer samples", "nan", "throws", "mixes samples", "keeps gradient",
              "own seed"})
      .help("what is wrong");
}

class FaultyBackbone : public assay::Backbone {
 public:
  explicit FaultyBackbone(const FaultyBackboneOptions& options) : fault_(options.fault) {
    add("stem", std::make_shared<assay::ConvNorm>(assay::ConvNormOptions{3, 8, 3, 4}));
  }

  std::int64_t channels() const override { return fault_ == "other channels" ? 9 : 8; }

  void initialise(assay::Random& random) override {
    assay::Random own(1, assay::Purpose::weights);
    assay::initialise_weights(*this, fault_ == "own seed" ? own : random);
  }

  torch::Tensor features(torch::Tensor images) override {
    if (fault_ == "throws") throw std::runtime_error("no picture is good enough");
    const torch::Tensor map = Backbone::features(std::move(images));
    if (fault_ == "flat map") return map.flatten(2);
    if (fault_ == "fewer samples") return map.slice(0, 1);
    if (fault_ == "nan") return at::full_like(map, std::nan(""));
    if (fault_ == "mixes samples") return map - map.mean(0, /*keepdim=*/true);
    if (fault_ == "keeps gradient") return map.detach();
    return map;
  }

 private:
  std::string fault_;
};

}  // namespace

ASSAY_PLUGIN(assay::Backbone, FaultyBackbone, FaultyBackboneOptions, "faulty_backbone", "1.0.0");
