#include "traced_model.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/sin.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/serialization/import.h>

#include "assay/error.h"
#include "assay/learn/freezing.h"

namespace assay {
namespace {

namespace jit = torch::jit;

at::Tensor probabilities_of(const Model& model, const at::Tensor& images) {
  return model.probabilities(model.logits(images));
}

/// Plain convolutions and batch norms: the folded ones are made of operators that another build may lack, and work in
/// place, which only a pass without gradients may.
void prepare(const Model& model) {
  freeze_stages(*model.backbone, 0);
  model.train(false);
  for (const auto& [name, tensor] : model.state()) tensor.set_requires_grad(false);
}

/// The module as TorchScript knows it: its tensors in modules of the same names, without code.
jit::Module without_code(const torch::nn::Module& module, const std::string& name,
                         const std::shared_ptr<jit::CompilationUnit>& unit) {
  jit::Module script(c10::QualifiedName("__torch__." + name), unit, /*shouldMangle=*/true);
  for (const auto& parameter : module.named_parameters(/*recurse=*/false)) {
    script.register_parameter(parameter.key(), parameter.value(), /*is_buffer=*/false);
  }
  for (const auto& buffer : module.named_buffers(/*recurse=*/false)) {
    script.register_buffer(buffer.key(), buffer.value());
  }
  for (const auto& child : module.named_children()) {
    script.register_module(child.key(), without_code(*child.value(), name, unit));
  }
  return script;
}

/// Pictures that no two pixels of are alike: [N,3,size,size] in about [-1, 1].
at::Tensor example(std::int64_t count, std::int64_t size) {
  return at::arange(count * 3 * size * size, at::kDouble).mul_(0.37).sin_().to(at::kFloat).view({count, 3, size, size});
}

jit::Module traced(const Model& model, std::int64_t size) {
  const auto unit = std::make_shared<jit::CompilationUnit>();
  jit::Module script(c10::QualifiedName("__torch__.Model"), unit);
  script.register_module("backbone", without_code(*model.backbone, "Backbone", unit));
  script.register_module("head", without_code(*model.head, "Head", unit));
  const auto run = [&](jit::Stack inputs) -> jit::Stack {
    return {probabilities_of(model, inputs.front().toTensor())};
  };
  const auto nameless = [](const at::Tensor&) { return std::string(); };
  // Two pictures: a batch of one could be taken for a dimension to drop.
  const auto trace = jit::tracer::trace({example(2, size)}, run, nameless, /*strict=*/true, /*force_outplace=*/false,
                                        &script, {"images"});
  const c10::QualifiedName forward(*script.type()->name(), "forward");
  script.type()->addMethod(unit->create_function(forward, trace.first->graph));
  script.eval();
  return script;
}

void check(const std::filesystem::path& file, const Model& model, std::int64_t size) {
  jit::Module read = jit::load(file.string());
  for (const std::int64_t count : {1, 5}) {
    const at::Tensor images = example(count, size);
    const at::Tensor expected = probabilities_of(model, images);
    const at::Tensor given = read.forward({images}).toTensor();
    if (!given.sizes().equals(expected.sizes()) || !(given - expected).abs().max().lt(1e-5).item<bool>()) {
      throw Failure("its traced form answers differently for a batch of " + std::to_string(count));
    }
  }
}

}  // namespace

void write_traced_model(const std::filesystem::path& file, const Model& model, const InputSpec& input) {
  prepare(model);
  try {
    traced(model, input.size).save(file.string());
    check(file, model, input.size);
  } catch (const Failure&) {
    throw;
  } catch (const c10::Error& error) {
    throw Failure(std::string("it can't be traced: ") + error.what_without_backtrace());
  } catch (const std::exception& error) {  // TorchScript's own are no c10::Error
    throw Failure(std::string("it can't be traced: ") + error.what());
  }
}

}  // namespace assay
