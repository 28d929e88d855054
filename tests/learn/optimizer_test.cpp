#include "optimizer.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <fstream>

namespace assay {
namespace {

using Json = nlohmann::json;

// The functions of tools/fixtures/optimizer_fixtures.py.
at::Tensor filled(const std::vector<std::int64_t>& shape, auto value_at) {
  at::Tensor tensor = at::empty(shape, at::kFloat);
  for (std::int64_t i = 0; i < tensor.numel(); ++i) tensor.mutable_data_ptr<float>()[i] = value_at(i);
  return tensor;
}
at::Tensor start(const std::vector<std::int64_t>& shape, std::int64_t which) {
  return filled(shape, [&](std::int64_t i) { return static_cast<float>((i * 37 + which * 11) % 19 - 9) / 8.0F; });
}
at::Tensor gradient(const std::vector<std::int64_t>& shape, std::int64_t which, std::int64_t step) {
  return filled(shape,
                [&](std::int64_t i) { return static_cast<float>((i * 23 + which * 7 + step * 13) % 31 - 15) / 16.0F; });
}
const std::vector<std::vector<std::int64_t>> kShapes{{7}, {3, 5}};

NamedTensors parameters() {
  NamedTensors list;
  for (std::size_t i = 0; i < kShapes.size(); ++i) {
    list.emplace_back("p" + std::to_string(i), start(kShapes[i], static_cast<std::int64_t>(i)).requires_grad_());
  }
  return list;
}

void give_gradients(NamedTensors& list, std::int64_t step) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    list[i].second.mutable_grad() = gradient(kShapes[i], static_cast<std::int64_t>(i), step);
  }
}

float value(const at::Tensor& tensor, std::size_t i) { return tensor.const_data_ptr<float>()[i]; }

Json fixtures() {
  std::ifstream file(ASSAY_SOURCE_DIR "/tests/learn/fixtures/optimizers.json");
  return Json::parse(file);
}

void expect_trajectory(const std::string& name, const std::variant<AdamWOptions, SgdOptions>& options) {
  const Json expected = fixtures().at("cases").at(name);
  NamedTensors list = parameters();
  const auto optimizer = make_optimizer(options, list);
  for (std::int64_t step = 0; step < static_cast<std::int64_t>(expected.at("fused").size()); ++step) {
    give_gradients(list, step);
    optimizer->step(learning_rate_of(options) * (1.0 - static_cast<double>(step) / 8.0));
    for (std::size_t which = 0; which < list.size(); ++which) {
      const Json& fused = expected["fused"][static_cast<std::size_t>(step)][which];
      const Json& plain = expected["plain"][static_cast<std::size_t>(step)][which];
      for (std::size_t i = 0; i < fused.size(); ++i) {
        const float ours = value(list[which].second, i);
        EXPECT_EQ(std::bit_cast<std::uint32_t>(ours), fused[i].get<std::uint32_t>())
            << name << " step " << step << " parameter " << which << " element " << i;
        EXPECT_NEAR(ours, std::bit_cast<float>(plain[i].get<std::uint32_t>()), 1e-6F);
      }
    }
  }
}

TEST(AdamW, EqualsPyTorchBitForBitAtEveryStep) {
  expect_trajectory("adamw", AdamWOptions{3e-3, 1e-2, 0.9, 0.999, 1e-8});
  expect_trajectory("adamw_without_decay", AdamWOptions{1e-1, 0.0, 0.8, 0.95, 1e-6});
}

TEST(Sgd, EqualsPyTorchBitForBitAtEveryStep) {
  expect_trajectory("sgd", SgdOptions{1e-2, 0.0, false, 0.0});
  expect_trajectory("sgd_momentum", SgdOptions{1e-2, 0.9, false, 1e-3});
  expect_trajectory("sgd_nesterov", SgdOptions{5e-2, 0.8, true, 1e-2});
}

TEST(Optimizer, GoesOnFromItsStateByName) {
  const AdamWOptions options{1e-2, 1e-2, 0.9, 0.999, 1e-8};
  NamedTensors whole = parameters();
  const auto uninterrupted = make_optimizer(options, whole);
  NamedTensors stopped = parameters();
  NamedTensors state;
  {
    const auto first = make_optimizer(options, stopped);
    for (int step = 0; step < 3; ++step) {
      give_gradients(stopped, step);
      first->step(1e-2);
    }
    state = cloned(first->state());
  }
  std::reverse(state.begin(), state.end());  // names decide, not places
  const auto second = make_optimizer(options, stopped);
  copy_values(state, second->state(), "the optimiser");
  for (int step = 3; step < 5; ++step) {
    give_gradients(stopped, step);
    second->step(1e-2);
  }
  for (int step = 0; step < 5; ++step) {
    give_gradients(whole, step);
    uninterrupted->step(1e-2);
  }
  EXPECT_EQ(hash_of(whole), hash_of(stopped));
}

TEST(Optimizer, LeavesAParameterWithoutAGradientAlone) {
  NamedTensors list = parameters();
  const auto optimizer = make_optimizer(AdamWOptions{}, list);
  give_gradients(list, 0);
  list[1].second.mutable_grad().reset();
  const at::Tensor before = list[1].second.detach().clone();
  optimizer->step(1e-2);
  EXPECT_TRUE(before.equal(list[1].second.detach()));
  EXPECT_FALSE(start(kShapes[0], 0).equal(list[0].second.detach()));
}

}  // namespace
}  // namespace assay
