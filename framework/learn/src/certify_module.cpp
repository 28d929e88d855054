#include "certify_module.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "assay/learn/tensors.h"
#include "assay/random.h"
#include "finite.h"

namespace assay {
namespace {

// Of each variable's own size. In double, rounding costs some 1e-6 of the difference, curvature less. A larger step
// would more often carry one of a network's million activations over the corner of a ReLU, where there is no
// derivative.
constexpr double kStep = 1e-8;
constexpr std::size_t kDirections = 5;

double size_of_values(const at::Tensor& tensor) {
  const double size = tensor.detach().square().mean().sqrt().item<double>();
  return size > 0 ? size : 0.1;  // biases begin at zero
}

std::vector<at::Tensor> direction(const NamedTensors& variables, std::uint64_t seed) {
  std::vector<at::Tensor> moves;
  for (const auto& [name, tensor] : variables) {
    moves.push_back(made_up(tensor.sizes(), seed++, tensor.scalar_type()) * size_of_values(tensor));
  }
  return moves;
}

void move(const NamedTensors& variables, const std::vector<at::Tensor>& moves, double by) {
  const c10::NoGradGuard no_grad;
  for (std::size_t i = 0; i < variables.size(); ++i) variables[i].second.add_(moves[i], by);
}

double difference_along(const std::function<at::Tensor()>& scalar, const NamedTensors& variables,
                        const std::vector<at::Tensor>& moves) {
  const c10::NoGradGuard no_grad;
  const NamedTensors before = cloned(variables);
  move(variables, moves, kStep);
  const double above = scalar().item<double>();
  copy_values(before, variables, "the variables");
  move(variables, moves, -kStep);
  const double below = scalar().item<double>();
  copy_values(before, variables, "the variables");
  return (above - below) / (2 * kStep);
}

/// How far the derivative by autograd is from central differences, as a share of its typical size.
double error_along(const std::function<at::Tensor()>& scalar, const NamedTensors& variables,
                   const std::vector<at::Tensor>& gradients, const std::vector<at::Tensor>& moves) {
  double derivative = 0;
  double squares = 0;  // terms of both signs cancel: their root sum of squares is the size an error is held against
  for (std::size_t v = 0; v < gradients.size(); ++v) {
    const at::Tensor terms = gradients[v] * moves[v];
    derivative += terms.sum().item<double>();
    squares += terms.square().sum().item<double>();
  }
  const double error = std::abs(difference_along(scalar, variables, moves) - derivative);
  if (squares == 0 && error == 0) return 0;  // nothing changes, as autograd says: there is no size to divide by
  return error / std::sqrt(squares);
}

std::vector<at::Tensor> gradients_of(const std::function<at::Tensor()>& scalar, const NamedTensors& variables) {
  for (const auto& [name, tensor] : variables) tensor.mutable_grad() = at::Tensor();
  const at::Tensor value = scalar();
  if (!value.requires_grad()) throw CheckFailed("what it gives has no gradient: something detaches it");
  value.backward();
  std::vector<at::Tensor> gradients;
  std::string without;
  for (const auto& [name, tensor] : variables) {
    if (!tensor.grad().defined()) without += (without.empty() ? "" : ", ") + name;
    gradients.push_back(tensor.grad());
  }
  if (!without.empty()) throw CheckFailed("no gradient reaches " + without);
  return gradients;
}

// As scales and biases begin: all one, all zero.
bool is_one_number(const at::Tensor& tensor) {
  const at::Tensor values = tensor.detach().flatten();
  return values.numel() == 0 || values.eq(values[0]).all().item<bool>();
}

/// A folder that is gone with the object.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "assay_certify_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw Failure("no temporary folder can be made: " + name);
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::filesystem::path file(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace

at::Tensor made_up(at::IntArrayRef shape, std::uint64_t seed, at::ScalarType type) {
  Random random(seed, Purpose::demo);
  at::Tensor tensor = at::empty(shape, at::kDouble);
  double* values = tensor.mutable_data_ptr<double>();
  for (std::int64_t i = 0; i < tensor.numel(); ++i) values[i] = random.normal();
  return tensor.to(type);
}

NamedTensors state_copy(const torch::nn::Module& module) { return cloned(state_of(module)); }

double relative_difference(const at::Tensor& given, const at::Tensor& expected, const std::string& what) {
  if (!given.sizes().equals(expected.sizes())) throw CheckFailed(what + ": the shapes differ");
  if (!is_finite(given)) throw CheckFailed(what + ": " + not_finite_text(given));
  const c10::NoGradGuard no_grad;
  const double largest = expected.abs().max().item<double>();
  const double difference = (given - expected).abs().max().item<double>();
  return largest > 0 ? difference / largest : difference;
}

double require_near(const at::Tensor& given, const at::Tensor& expected, double limit, const std::string& what) {
  const double difference = relative_difference(given, expected, what);
  if (difference <= limit) return difference;
  throw CheckFailed(what + ": differ by " + short_number(difference) + " of the largest value; " + short_number(limit) +
                    " is allowed");
}

std::string changed_names(const NamedTensors& before, const NamedTensors& after) {
  std::string names;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (!before[i].second.equal(after[i].second)) names += (names.empty() ? "" : ", ") + before[i].first;
  }
  return names;
}

CheckFinding check_gradient(const std::function<at::Tensor()>& scalar, const NamedTensors& variables, double limit) {
  if (variables.empty()) return {"it has no parameters to train", CheckResult::skipped};
  const std::vector<at::Tensor> gradients = gradients_of(scalar, variables);
  std::int64_t numbers = 0;
  for (const at::Tensor& gradient : gradients) numbers += gradient.numel();
  std::vector<double> errors;
  for (std::size_t i = 1; i <= kDirections; ++i) {
    errors.push_back(error_along(scalar, variables, gradients, direction(variables, 1000U * i)));
  }
  std::sort(errors.begin(), errors.end());
  // The median: a corner that a step happens to cross spoils one direction, a wrong gradient all of them.
  const double error = errors[kDirections / 2];
  if (!(error <= limit)) {
    throw CheckFailed("autograd differs from central differences by " + short_number(error) +
                      " of the derivative's size; " + short_number(limit) + " is allowed");
  }
  return {"float64, " + std::to_string(variables.size()) + " tensors of " + std::to_string(numbers) +
          " numbers: autograd within " + short_number(error) + " of central differences, the median of " +
          std::to_string(kDirections) + " directions"};
}

CheckFinding check_initialised(const torch::nn::Module& module, const torch::nn::Module& same_seed,
                               const torch::nn::Module& other_seed) {
  const NamedTensors state = state_copy(module);
  if (state.empty()) return {"it has no parameters", CheckResult::skipped};
  const std::string changed = changed_names(state, state_copy(same_seed));
  if (!changed.empty()) throw CheckFailed("the same random stream gives other values in " + changed);
  if (!changed_names(state, state_copy(other_seed)).empty()) {
    return {std::to_string(state.size()) + " tensors, a function of the random stream alone"};
  }
  for (const auto& [name, tensor] : trained_parameters(module)) {
    if (is_one_number(tensor)) continue;
    throw CheckFailed("another seed gives the same weights: initialise() must draw " + name +
                      " from its random stream; filters that stay as they are belong in buffers");
  }
  return {"nothing in it begins with random numbers", CheckResult::skipped};
}

NamedTensors trained_parameters(const torch::nn::Module& module) {
  NamedTensors parameters;
  for (const auto& item : module.named_parameters()) {
    if (item.value().requires_grad()) parameters.emplace_back(item.key(), item.value());
  }
  return parameters;
}

std::size_t copy_through_file(const torch::nn::Module& from, torch::nn::Module& into) {
  const ScratchFolder folder;
  const NamedTensors state = state_copy(from);
  std::vector<TensorView> views;
  for (const auto& [name, tensor] : state) views.push_back(view_of(name, tensor));
  write_safetensors(folder.file("state.safetensors"), views);
  load_state(into, TensorFile::open(folder.file("state.safetensors")), "the plugin");
  return state.size();
}

}  // namespace assay
