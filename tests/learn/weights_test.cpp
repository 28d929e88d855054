#include "assay/learn/weights.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "assay/error.h"
#include "assay/hash.h"
#include "assay/learn/initialise.h"
#include "assay/learn/tensors.h"
#include "toy_backbone.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (fs::temp_directory_path() / "assay-weights-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() { fs::remove_all(path_); }
  fs::path operator/(const std::string& name) const { return path_ / name; }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// Knows one file, "toy.safetensors", with a hash that a test sets, and another project's names for two modules.
class PublishedToy : public ToyBackbone {
 public:
  explicit PublishedToy(std::string sha256) : sha256_(std::move(sha256)) {}

  std::vector<KnownWeights> known_weights() const override {
    InputSpec input;
    input.size = 32;
    return {{"toys", "toy.safetensors", sha256_, "the toy shop", "buy it there", "MIT", input}};
  }
  std::vector<KeyLayout> key_layouts() const override {
    return {{"the toy shop", "first.weight", {{"stem.0.conv", "first"}, {"body.1.project", "last"}}, {"classifier."}}};
  }

 private:
  std::string sha256_;
};

/// A module's tensors by the names that a function gives them; functions may drop (an empty name) and add.
using Named = std::vector<std::pair<std::string, at::Tensor>>;

void write(const fs::path& file, const Named& tensors) {
  std::vector<TensorView> views;
  for (const auto& [name, tensor] : tensors) views.push_back(view_of(name, tensor));
  write_safetensors(file, views);
}

Named toy_tensors(std::uint64_t seed) {
  const auto toy = std::make_shared<ToyBackbone>();
  Random random = backbone_random(seed);
  toy->initialise(random);
  Named tensors = state_of(*toy);
  for (auto& [name, tensor] : tensors) tensor = tensor.detach();
  return tensors;
}

std::string complaint(const std::function<void()>& action) {
  try {
    action();
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "";
}

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST(LoadWeights, TakesAFileInOurOwnNames) {
  const TemporaryFolder folder;
  const Named expected = toy_tensors(7);
  write(folder / "w", expected);
  const auto toy = std::make_shared<ToyBackbone>();
  load_weights(*toy, TensorFile::open(folder / "w"));
  const Named actual = state_of(*toy);
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_TRUE(at::equal(expected[i].second, actual[i].second));
}

TEST(LoadWeights, TakesAnotherProjectsNamesAndLeavesItsClassifierOut) {
  const TemporaryFolder folder;
  Named tensors = toy_tensors(7);
  for (auto& [name, tensor] : tensors) {
    if (name.starts_with("stem.0.conv")) name.replace(0, 11, "first");
    if (name.starts_with("body.1.project")) name.replace(0, 14, "last");
  }
  tensors.emplace_back("classifier.weight", at::ones({2, 16}));
  write(folder / "w", tensors);
  const auto toy = std::make_shared<PublishedToy>("");
  load_weights(*toy, TensorFile::open(folder / "w"));
  EXPECT_TRUE(at::equal(toy->parameters()[0], tensors[0].second));
}

TEST(LoadWeights, DoesWithoutBatchCountsAndConvertsFloatingNumbers) {
  const TemporaryFolder folder;
  Named tensors;
  for (const auto& [name, tensor] : toy_tensors(7)) {
    if (!name.ends_with("num_batches_tracked")) tensors.emplace_back(name, tensor.to(at::kDouble));
  }
  write(folder / "w", tensors);
  const auto toy = std::make_shared<ToyBackbone>();
  load_weights(*toy, TensorFile::open(folder / "w"));
  EXPECT_EQ(toy->parameters()[0].scalar_type(), at::kFloat);
  EXPECT_TRUE(at::equal(toy->parameters()[0].to(at::kDouble), tensors[0].second));
}

TEST(LoadWeights, ReportsEveryMismatchAtOnceAndChangesNothing) {
  const TemporaryFolder folder;
  Named tensors = toy_tensors(7);
  tensors[0].second = at::zeros({8, 3, 5, 5});
  tensors[1].second = at::zeros({8}, at::kLong);
  tensors[2].first = "surprise";
  write(folder / "w", tensors);
  const auto toy = std::make_shared<ToyBackbone>();
  const at::Tensor before = toy->parameters()[3].clone();
  const std::string text = complaint([&] { load_weights(*toy, TensorFile::open(folder / "w")); });
  EXPECT_SAYS(text, "stem.0.conv.weight: the file has [8, 3, 5, 5], needed is [8, 3, 3, 3]");
  EXPECT_SAYS(text, "stem.0.norm.weight: the file has I64, needed is F32");
  EXPECT_SAYS(text, "stem.0.norm.bias [8]: missing");
  EXPECT_SAYS(text, "surprise [8]: not expected");
  EXPECT_TRUE(at::equal(before, toy->parameters()[3]));
}

TEST(ChooseWeights, FindsAKnownFileInTheFirstFolderThatHasIt) {
  const TemporaryFolder folder;
  write(folder / "toy.safetensors", toy_tensors(7));
  const std::string sha256 = sha256_of_file(folder / "toy.safetensors");
  const std::vector<fs::path> folders{"/nonexistent", folder.path()};
  for (const std::string& known : {sha256, sha256.substr(0, 8)}) {
    const auto toy = std::make_shared<PublishedToy>(known);
    const WeightChoice choice = choose_weights(*toy, "toys", folders);
    EXPECT_EQ(choice.file, folder / "toy.safetensors");
    EXPECT_EQ(choice.sha256, sha256);
    EXPECT_EQ(choice.licence, "MIT");
    EXPECT_EQ(choice.input.size, 32);
  }
}

TEST(ChooseWeights, RecognisesAKnownFileUnderAnotherName) {
  const TemporaryFolder folder;
  write(folder / "renamed", toy_tensors(7));
  const auto toy = std::make_shared<PublishedToy>(sha256_of_file(folder / "renamed").substr(0, 8));
  EXPECT_EQ(choose_weights(*toy, (folder / "renamed").string()).name, "toys");
  write(folder / "own", toy_tensors(8));
  const WeightChoice own = choose_weights(*toy, (folder / "own").string());
  EXPECT_EQ(own.name, "file");
  EXPECT_EQ(own.input.size, 224);
}

TEST(ChooseWeights, RefusesAKnownNameWithOtherBytes) {
  const TemporaryFolder folder;
  write(folder / "toy.safetensors", toy_tensors(7));
  const std::vector<fs::path> folders{folder.path()};
  const auto toy = std::make_shared<PublishedToy>("00000000");
  EXPECT_SAYS(complaint([&] { choose_weights(*toy, "toys", folders); }), "damaged or another file");
}

TEST(ChooseWeights, SaysWhereItLookedAndWhatIsKnown) {
  const auto toy = std::make_shared<PublishedToy>("00");
  ::setenv("ASSAY_WEIGHTS_PATH", "/first/place:/second/place", 1);
  const std::string missing = complaint([&] { choose_weights(*toy, "toys"); });
  ::unsetenv("ASSAY_WEIGHTS_PATH");
  EXPECT_SAYS(missing, "/first/place\n  /second/place\n  ");
  EXPECT_SAYS(missing, "share/assay/weights");
  EXPECT_SAYS(missing, "the toy shop: buy it there");
  EXPECT_SAYS(complaint([&] { choose_weights(*toy, "imagenet"); }), "knows \"none\", \"toys\"");
}

TEST(SetWeights, NoticesThatTheFileChangedSinceItWasChosen) {
  const TemporaryFolder folder;
  write(folder / "w", toy_tensors(7));
  const auto toy = std::make_shared<ToyBackbone>();
  const WeightChoice choice = choose_weights(*toy, (folder / "w").string());
  write(folder / "w", toy_tensors(8));
  EXPECT_THROW(set_weights(*toy, choice, 0), Failure);
}

TEST(SetWeights, FillsRandomWeightsFromTheSeedAlone) {
  const WeightChoice none = choose_weights(ToyBackbone(), "none");
  std::vector<at::Tensor> firsts;
  for (const std::uint64_t seed : {1, 1, 2}) {
    at::manual_seed(firsts.size());  // torch's generator must not matter
    const auto toy = std::make_shared<ToyBackbone>();
    set_weights(*toy, none, seed);
    firsts.push_back(toy->parameters()[0].detach().clone());
  }
  EXPECT_TRUE(at::equal(firsts[0], firsts[1]));
  EXPECT_FALSE(at::equal(firsts[0], firsts[2]));
}

TEST(InitialiseWeights, HasTheVarianceOfItsSource) {
  const auto wide = std::make_shared<ConvNorm>(ConvNormOptions{64, 128, 3});
  Random random(5, Purpose::weights);
  initialise_weights(*wide, random);
  const auto weight = wide->parameters()[0];
  EXPECT_NEAR(weight.var().item<double>() * 128 * 9 / 2, 1.0, 0.03);  // He et al. 2015: 2 / fan_out
  EXPECT_NEAR(weight.mean().item<double>(), 0.0, 1e-3);
}

}  // namespace
}  // namespace assay
