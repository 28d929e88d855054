#include "assay/learn/tensors.h"

#include <ATen/ATen.h>

#include <cstring>
#include <set>
#include <stdexcept>

#include "assay/error.h"

namespace assay {
namespace {

at::ScalarType scalar_type_of(DType dtype) {
  switch (dtype) {
    case DType::boolean:
      return at::kBool;
    case DType::u8:
      return at::kByte;
    case DType::i8:
      return at::kChar;
    case DType::i16:
      return at::kShort;
    case DType::i32:
      return at::kInt;
    case DType::i64:
      return at::kLong;
    case DType::f16:
      return at::kHalf;
    case DType::bf16:
      return at::kBFloat16;
    case DType::f32:
      return at::kFloat;
    case DType::f64:
      return at::kDouble;
  }
  throw std::logic_error("an unknown DType");
}

DType dtype_of(at::ScalarType type) {
  switch (type) {
    case at::kBool:
      return DType::boolean;
    case at::kByte:
      return DType::u8;
    case at::kChar:
      return DType::i8;
    case at::kShort:
      return DType::i16;
    case at::kInt:
      return DType::i32;
    case at::kLong:
      return DType::i64;
    case at::kHalf:
      return DType::f16;
    case at::kBFloat16:
      return DType::bf16;
    case at::kFloat:
      return DType::f32;
    case at::kDouble:
      return DType::f64;
    default:
      throw std::logic_error(std::string("a tensor of ") + c10::toString(type) + " can't be written to a file");
  }
}

/// Floating numbers may be converted into each other, whole numbers too; one into the other would lose what it means.
bool same_kind(at::ScalarType a, at::ScalarType b) {
  return at::isFloatingType(a) == at::isFloatingType(b) && (a == at::kBool) == (b == at::kBool);
}

std::string shape_of(const torch::Tensor& tensor) { return shape_text({tensor.sizes().data(), tensor.sizes().size()}); }

struct Match {
  torch::Tensor ours;
  const TensorView* theirs;
};

/// Compares a module's tensors with a file's and gathers every difference.
class Matcher {
 public:
  Matcher(const TensorFile& file, const LoadRules& rules) : file_(file), rules_(rules) {}

  void match(const std::string& name, const torch::Tensor& ours) {
    const std::string named = rules_.name_in_file ? rules_.name_in_file(name) : name;
    const TensorView* theirs = file_.find(named);
    if (theirs == nullptr) {
      if (!(rules_.may_lack_batch_counts && name.ends_with("num_batches_tracked"))) report_missing(name, named, ours);
      return;
    }
    used_.insert(named);
    if (!ours.sizes().equals(theirs->shape)) {
      report(named + ": the file has " + shape_text(theirs->shape) + ", needed is " + shape_of(ours));
    } else if (!same_kind(ours.scalar_type(), scalar_type_of(theirs->dtype))) {
      report(named + ": the file has " + std::string(name_of(theirs->dtype)) + ", needed is " +
             std::string(name_of(dtype_of(ours.scalar_type()))));
    } else {
      matches_.push_back({ours, theirs});
    }
  }

  void match_leftovers() {
    for (const TensorView& view : file_.tensors()) {
      if (used_.contains(view.name)) continue;
      if (rules_.may_be_left_over && rules_.may_be_left_over(view.name)) continue;
      report(view.name + " " + shape_text(view.shape) + ": not expected");
    }
  }

  const std::vector<std::string>& problems() const { return problems_; }
  const std::vector<Match>& matches() const { return matches_; }

 private:
  void report_missing(const std::string& ours, const std::string& named, const torch::Tensor& tensor) {
    report(named + " " + shape_of(tensor) + ": missing" + (named == ours ? "" : " (here called " + ours + ")"));
  }
  void report(std::string problem) { problems_.push_back(std::move(problem)); }

  const TensorFile& file_;
  const LoadRules& rules_;
  std::set<std::string> used_;
  std::vector<std::string> problems_;
  std::vector<Match> matches_;
};

/// One copy from the file's pages where the bytes fit as they are: copy_ would need a second one, and its threads cost
/// more than they gain.
void copy_into(torch::Tensor ours, const TensorView& view) {
  if (!ours.is_cpu() || !ours.is_contiguous() || ours.scalar_type() != scalar_type_of(view.dtype)) {
    ours.copy_(to_tensor(view));
    return;
  }
  if (!view.bytes.empty()) std::memcpy(ours.mutable_data_ptr(), view.bytes.data(), view.bytes.size());
  ours.unsafeGetTensorImpl()->bump_version();  // folded copies of the old values must notice
}

}  // namespace

torch::Tensor to_tensor(const TensorView& view) {
  auto tensor = at::empty(view.shape, scalar_type_of(view.dtype));
  if (!view.bytes.empty()) std::memcpy(tensor.mutable_data_ptr(), view.bytes.data(), view.bytes.size());
  return tensor;
}

TensorView view_of(std::string name, const torch::Tensor& tensor) {
  if (!tensor.is_cpu() || !tensor.is_contiguous()) {
    throw std::logic_error("view_of(" + name + "): the tensor must be contiguous and on the CPU");
  }
  const auto* data = static_cast<const std::byte*>(tensor.const_data_ptr());
  return {std::move(name), dtype_of(tensor.scalar_type()), tensor.sizes().vec(), {data, tensor.nbytes()}};
}

std::vector<std::pair<std::string, torch::Tensor>> state_of(const torch::nn::Module& module) {
  std::vector<std::pair<std::string, torch::Tensor>> state;
  for (const auto& item : module.named_parameters()) state.emplace_back(item.key(), item.value());
  for (const auto& item : module.named_buffers()) state.emplace_back(item.key(), item.value());
  return state;
}

void load_state(torch::nn::Module& module, const TensorFile& file, const std::string& what, const LoadRules& rules) {
  Matcher matcher(file, rules);
  for (const auto& [name, tensor] : state_of(module)) matcher.match(name, tensor);
  matcher.match_leftovers();
  if (!matcher.problems().empty()) {
    std::string message = file.path().string() + " does not fit " + what + ":";
    for (const std::string& problem : matcher.problems()) message += "\n  " + problem;
    throw InvalidInput(message);
  }
  const at::NoGradGuard no_grad;
  for (const Match& match : matcher.matches()) copy_into(match.ours, *match.theirs);
}

}  // namespace assay
