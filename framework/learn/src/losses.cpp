#include "losses.h"

#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/cross_entropy_loss.h>

namespace assay {

std::string_view loss_name(Loss loss) {
  return loss == Loss::binary_cross_entropy ? "binary_cross_entropy" : "cross_entropy";
}

at::Tensor mean_loss(Loss loss, const at::Tensor& logits, const at::Tensor& targets) {
  if (loss == Loss::binary_cross_entropy) return at::binary_cross_entropy_with_logits(logits.view({-1}), targets);
  return at::cross_entropy_loss(logits, targets);
}

}  // namespace assay
