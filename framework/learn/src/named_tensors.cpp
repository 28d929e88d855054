#include "named_tensors.h"

#include <ATen/ops/detach.h>
#include <ATen/ops/empty_like.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "assay/error.h"
#include "assay/hash.h"

namespace assay {
namespace {

std::string shape_of(const at::Tensor& tensor) {
  std::ostringstream text;
  text << tensor.scalar_type() << ' ' << tensor.sizes();
  return text.str();
}

std::string differences(const std::map<std::string, at::Tensor>& given, const NamedTensors& wanted) {
  std::ostringstream text;
  std::map<std::string, at::Tensor> left = given;
  for (const auto& [name, tensor] : wanted) {
    const auto found = left.find(name);
    if (found == left.end()) {
      text << "\n  missing: " << name;
      continue;
    }
    if (found->second.sizes() != tensor.sizes() || found->second.scalar_type() != tensor.scalar_type()) {
      text << "\n  " << name << " is " << shape_of(found->second) << ", it should be " << shape_of(tensor);
    }
    left.erase(found);
  }
  for (const auto& [name, tensor] : left) text << "\n  unexpected: " << name;
  return text.str();
}

}  // namespace

NamedTensors cloned(const NamedTensors& tensors) {
  NamedTensors copies;
  copies.reserve(tensors.size());
  for (const auto& [name, tensor] : tensors) copies.emplace_back(name, tensor.detach().clone());
  return copies;
}

void copy_values(const NamedTensors& from, const NamedTensors& into, const std::string& what) {
  const std::map<std::string, at::Tensor> given(from.begin(), from.end());
  const std::string wrong = differences(given, into);
  if (!wrong.empty()) throw InvalidInput(what + " doesn't fit:" + wrong);
  const c10::NoGradGuard no_grad;
  for (const auto& [name, tensor] : into) tensor.detach().copy_(given.at(name));
}

std::string hash_of(const NamedTensors& tensors) {
  NamedTensors sorted = tensors;
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  Sha256 hash;
  for (const auto& [name, tensor] : sorted) {
    const at::Tensor bytes = tensor.detach().cpu().contiguous();
    hash.update(name + ' ' + shape_of(bytes) + '\n');
    hash.update(std::span(static_cast<const std::byte*>(bytes.const_data_ptr()), bytes.nbytes()));
  }
  return hash.finish();
}

}  // namespace assay
