// A model as TorchScript: the same answers for any number of pictures, and nothing in it that only this build has.
#include "traced_model.h"

#include <ATen/ops/rand.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include "assay/error.h"
#include "assay/learn/freezing.h"
#include "tiny_training.h"

namespace assay {
namespace {

using testing::TemporaryFolder;
using testing::tiny_model;

InputSpec small_input() {
  InputSpec input;
  input.size = 32;
  return input;
}

TEST(TracedModel, AnswersLikeTheModelForAnyNumberOfPictures) {
  const TemporaryFolder folder;
  const Model model = tiny_model(5, "all", 3);
  fold_frozen_stages(*model.backbone);
  write_traced_model(folder.path() / "model.pt", model, small_input());
  auto read = torch::jit::load((folder.path() / "model.pt").string());
  model.train(false);
  for (const std::int64_t count : {1, 2, 7}) {
    const at::Tensor images = at::rand({count, 3, 32, 32});
    const at::Tensor given = read.forward({images}).toTensor();
    const at::Tensor expected = model.head->probabilities(model.logits(images));
    EXPECT_EQ(given.size(1), 3);
    EXPECT_LT((given - expected).abs().max().item<float>(), 1e-6F) << count;
    EXPECT_FALSE(given.requires_grad());
  }
  const std::string code = read.get_method("forward").graph()->toString();
  EXPECT_EQ(code.find("mkldnn"), std::string::npos) << "folded operators are in the trace";
  EXPECT_EQ(read.parameters().size() + read.buffers().size(), model.state().size());
}

/// Chooses by the numbers that it sees: a trace keeps the branch of its example only.
class Choosy : public Head {
 public:
  void build(std::int64_t) override {}
  std::int64_t outputs() const override { return 8; }
  torch::Tensor forward(torch::Tensor pooled) override { return pooled.size(0) > 2 ? pooled : pooled * 2; }
};

/// Throws what TorchScript's own errors are: no c10::Error.
class Untraceable : public Choosy {
 public:
  torch::Tensor forward(torch::Tensor /*pooled*/) override { throw std::runtime_error("not under a tracer"); }
};

TEST(TracedModel, ThatThrowsWhenItIsTracedIsRefused) {
  const TemporaryFolder folder;
  Model model = tiny_model(5, "all");
  model.head = std::make_shared<Untraceable>();
  EXPECT_THROW(write_traced_model(folder.path() / "model.pt", model, small_input()), Failure);
}

TEST(TracedModel, ThatWouldAnswerDifferentlyIsRefused) {
  const TemporaryFolder folder;
  Model model = tiny_model(5, "all");
  model.head = std::make_shared<Choosy>();
  try {
    write_traced_model(folder.path() / "model.pt", model, small_input());
    FAIL() << "it was written";
  } catch (const Failure& failure) {
    EXPECT_NE(std::string(failure.what()).find("answers differently for a batch of 5"), std::string::npos)
        << failure.what();
  }
}

}  // namespace
}  // namespace assay
