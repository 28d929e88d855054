#include "assay/learn/head.h"

#include <ATen/ATen.h>

#include "assay/learn/initialise.h"

namespace assay {

torch::Tensor Head::pool(torch::Tensor map) { return map.mean({2, 3}, /*keepdim=*/false, at::kFloat); }

torch::Tensor Head::probabilities(torch::Tensor logits) const {
  return logits.size(1) == 1 ? logits.sigmoid() : logits.softmax(1);
}

void Head::initialise(Random& random) { initialise_weights(*this, random); }

}  // namespace assay
