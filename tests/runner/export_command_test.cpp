// A model that is handed on: predictions without the registry, refusals of damage, and the same answers in Python.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include "peers.h"
#include "runner_process.h"
#include "texts.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class Export : public ::testing::Test {
 protected:
  /// Trains run 1 with settings; its pictures are drawn in the folder's own cache.
  void train(const std::vector<std::string>& settings, const std::string& without = "") {
    const fs::path file = write_small_experiment(folder_, "epochs = 2\n");
    if (!without.empty()) {
      std::string text = text_of(file);
      text.erase(text.find(without), without.size());
      std::ofstream(file) << text;
    }
    std::vector<std::string> arguments{"experiment.toml"};
    for (const std::string& setting : settings) arguments.insert(arguments.end(), {"--set", setting});
    const Outcome outcome = run(arguments);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    for (const auto& entry : fs::directory_iterator(folder_ / "cache")) {
      if (entry.is_directory() && entry.path().filename().string().starts_with("demo")) demo_ = entry.path();
    }
  }
  Outcome run(const std::vector<std::string>& arguments) {
    return run_runner(arguments, folder_, {{"ASSAY_CACHE", (folder_ / "cache").string()}});
  }
  /// So many pictures of each class of the demo set.
  std::vector<std::string> pictures(std::ptrdiff_t count) const {
    std::vector<std::string> found;
    for (const char* label : {"malignant", "healthy"}) {
      std::vector<std::string> of_class;
      for (const auto& entry : fs::directory_iterator(demo_ / label)) of_class.push_back(entry.path().string());
      std::sort(of_class.begin(), of_class.end());
      found.insert(found.end(), of_class.begin(), of_class.begin() + count);
    }
    return found;
  }
  /// The program of the model card, as its reader saves it.
  fs::path saved_program(const fs::path& model) const {
    const std::string card = text_of(model / "README.md");
    const std::size_t start = card.find("```python\n") + 10;
    std::ofstream(model / "predict.py") << card.substr(start, card.find("```", start) - start);
    return model / "predict.py";
  }
  /// Largest difference between what the runner and the program say of pictures.
  double difference(const fs::path& model, const fs::path& program, const std::vector<std::string>& images);

  fs::path folder_ = fresh_folder();
  fs::path demo_;
};

double Export::difference(const fs::path& model, const fs::path& program, const std::vector<std::string>& images) {
  std::vector<std::string> arguments{"predict", model.string()};
  arguments.insert(arguments.end(), images.begin(), images.end());
  arguments.emplace_back("--json");
  const Outcome ours = run(arguments);
  EXPECT_EQ(ours.exit_code, 0) << ours.err;
  const Outcome theirs = run_python(program, images, model);
  EXPECT_EQ(theirs.exit_code, 0) << theirs.err;
  std::istringstream our_lines(ours.out);
  std::istringstream their_lines(theirs.out);
  double largest = 0;
  std::size_t count = 0;
  for (std::string line; std::getline(our_lines, line); ++count) {
    const json image = json::parse(line);
    std::string predicted;
    their_lines >> predicted;
    // The threshold is the probability of some picture, whose answer hangs on the last bit.
    const double distance = std::abs(image["probability"].get<double>() - image["threshold"].get<double>());
    if (distance > 1e-4) {
      EXPECT_EQ(image["predicted"], predicted) << line;
    }
    std::vector<double> expected{image["probability"]};
    if (image.contains("probabilities")) {
      expected.clear();
      for (const auto& [name, value] : image["probabilities"].items()) expected.push_back(value);
    }
    for (const double value : expected) {
      double given = -1;
      their_lines >> given;
      largest = std::max(largest, std::abs(given - value));
    }
    std::getline(their_lines, line);
  }
  EXPECT_EQ(count, images.size());
  return largest;
}

TEST_F(Export, PredictsToTheBitWithoutTheRegistryAndRefusesWhatWasChanged) {
  train({});
  const Outcome exported = run({"export", "1", "--model", "handed/on"});
  ASSERT_EQ(exported.exit_code, 0) << exported.err;
  for (const char* file : {"model.json", "backbone.safetensors", "head.safetensors", "model.pt", "experiment.toml"}) {
    EXPECT_TRUE(fs::exists(folder_ / "handed/on" / file)) << file;
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "handed"), {}), 1) << "a draft was left";
  const Outcome twice = run({"export", "1", "--model", "handed/on"});
  EXPECT_EQ(twice.exit_code, 2);
  EXPECT_TRUE(contains(twice.err, "exists already")) << twice.err;

  const Outcome by_run = run({"predict", "1", demo_.string(), "--csv"});
  fs::rename(demo_, folder_ / "pictures");
  fs::create_directory_symlink(folder_ / "pictures", demo_);
  fs::remove_all(folder_ / "runs");
  const Outcome by_folder = run({"predict", "handed/on", demo_.string(), "--csv"});
  EXPECT_EQ(by_folder.exit_code, 0) << by_folder.err;
  EXPECT_EQ(by_run.out, by_folder.out);
  EXPECT_EQ(std::count(by_run.out.begin(), by_run.out.end(), '\n'), 49);
  EXPECT_FALSE(fs::exists(folder_ / "runs"));

  const auto refusal = [&](const char* file, const auto& change) {
    const std::string before = text_of(folder_ / "handed/on" / file);
    std::string after = before;
    change(after);
    std::ofstream(folder_ / "handed/on" / file, std::ios::binary) << after;
    const Outcome outcome = run({"predict", "handed/on", demo_.string()});
    std::ofstream(folder_ / "handed/on" / file, std::ios::binary) << before;
    EXPECT_EQ(outcome.exit_code, 2) << file;
    return outcome.err;
  };
  const auto flip_a_byte = [](std::string& text) { text[text.size() / 2] ^= 1; };
  EXPECT_TRUE(contains(refusal("backbone.safetensors", flip_a_byte), "backbone.safetensors is damaged"));
  EXPECT_TRUE(contains(refusal("head.safetensors", flip_a_byte), "head.safetensors is damaged"));
  EXPECT_TRUE(contains(refusal("experiment.toml", [](std::string& text) { text += "\n"; }), "experiment.toml is"));
  EXPECT_TRUE(contains(refusal("model.json", [](std::string& text) { text.replace(text.find("0."), 2, "1."); }),
                       "was changed after the export"));
  EXPECT_TRUE(contains(refusal("model.json", [](std::string& text) { text = "{}"; }), "no description of"));
}

TEST_F(Export, WritesACardThatSaysWhereItComesFromAndWhatItIsNotFor) {
  train({});
  ASSERT_EQ(run({"export", "latest:last", "--model", "out"}).exit_code, 0);
  const std::string card = text_of(folder_ / "out/README.md");
  const json shown = json::parse(run({"show", "1", "--json"}).out);
  for (const std::string& part :
       {shown["uuid"].get<std::string>(), shown["dataset_fingerprint"].get<std::string>(), std::string("| seed | 20 |"),
        std::string("last checkpoint, epoch 2"), std::string("# small"), std::string("synthetic pictures"),
        std::string("never judged on another laboratory's images"), std::string("It is no medical device"),
        std::string("timm's of tf_efficientnet_lite0"), std::string("| train | ")}) {
    EXPECT_TRUE(contains(card, part)) << part << "\nis not in\n" << card;
  }
}

TEST_F(Export, SaysInItsCardWhatTheFiguresRestOn) {
  train({});
  // The same pictures as a folder, where nothing says whose they are.
  train({"dataset.path=" + demo_.string(), "evaluation.bootstrap=0", "evaluation.threshold=0.3"},
        "group = { pattern = 'UID_(H?\\d+)_' }\ndemo = { images = 48, patients = 12, size = 64 }\n"
        "[dataset.classes]\nmalignant = [\"all\"]\nhealthy = [\"hem\"]\n");
  const auto evaluate = [&](const char* run_name, const char* name) {
    const Outcome outcome = run({"evaluate", run_name, demo_.string(), "--as", name, "--without-known"});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  };
  evaluate("2:best", "by_best");
  evaluate("2:last", "by_last");
  ASSERT_EQ(run({"export", "2:last", "--model", "out"}).exit_code, 0);
  EXPECT_FALSE(contains(text_of(folder_ / "out/experiment.toml"), folder_.string()));
  const std::string card = text_of(folder_ / "out/README.md");
  for (const char* part : {"That threshold was set in the experiment;", "external.by_last: ", "| auroc | 0.",
                           "each image counts as a patient of its own", "Images of one patient can be in training"}) {
    EXPECT_TRUE(contains(card, part)) << part << "\nis not in\n" << card;
  }
  for (const char* part : {"patients (", " patients |", "chosen on validation images", "95 % intervals"}) {
    EXPECT_FALSE(contains(card, part)) << part << "\nis in\n" << card;
  }
  // Which epoch was the best is the training's business; where it isn't the last one, its evaluation is of others.
  const bool same = contains(card, "external.by_best: ");
  EXPECT_NE(same, contains(card, "other weights of the run were judged there: external.by_best (epoch 1)")) << card;
}

TEST_F(Export, TellsNothingOfTheMachineAndNoProgramForAModelThatOnlyAssayKnows) {
  const std::string plugins = ASSAY_FAULTY_PLUGIN_DIR;
  train({"plugins.path=[\"" + plugins + "\"]", "head={ plugin = \"faulty_head\", fault = \"by count\" }"},
        "[head]\nplugin = \"fully_connected\"\nhidden = [16]\n");
  const Outcome exported = run({"export", "1", "--model", "out"});
  ASSERT_EQ(exported.exit_code, 0) << exported.err;
  EXPECT_TRUE(contains(exported.err, "model.pt is left out")) << exported.err;
  EXPECT_FALSE(fs::exists(folder_ / "out/model.pt"));
  const std::string card = text_of(folder_ / "out/README.md");
  EXPECT_TRUE(contains(card, "There is no program for Python")) << card;
  EXPECT_FALSE(contains(card, "```python")) << card;
  EXPECT_TRUE(contains(card, "ASSAY_PLUGIN_PATH")) << card;
  for (const char* file : {"README.md", "experiment.toml", "model.json"}) {
    EXPECT_FALSE(contains(text_of(folder_ / "out" / file), plugins)) << file;
    EXPECT_FALSE(contains(text_of(folder_ / "out" / file), folder_.string())) << file;
  }
  const std::vector<std::string> predict{"predict", "out", demo_.string()};
  EXPECT_EQ(run_runner(predict, folder_, {{"ASSAY_PLUGIN_PATH", plugins}}).exit_code, 0);
}

TEST_F(Export, LeavesNothingBehindWhenItIsStopped) {
  ASSERT_NO_FATAL_FAILURE(train({}));
  EXPECT_EQ(run({"export", "nosuch", "--model", "a/b/c"}).exit_code, 2);
  EXPECT_FALSE(fs::exists(folder_ / "a"));
  RunnerProcess process({"export", "1", "--model", "a/b/c"}, folder_);
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!fs::exists(folder_ / "a/b") && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  process.send(SIGINT);
  EXPECT_EQ(process.wait().exit_code, 130);
  EXPECT_FALSE(fs::exists(folder_ / "a"));
}

TEST_F(Export, RefusesRunsThatAreNotFinished) {
  write_small_experiment(folder_);
  EXPECT_TRUE(contains(run({"export", "3", "--model", "out"}).err, "there is no registry"));
  train({});
  const Outcome unknown = run({"export", "smal", "--model", "out"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_TRUE(contains(unknown.err, "did you mean 'small'?")) << unknown.err;
  EXPECT_FALSE(fs::exists(folder_ / "out"));
  fs::remove_all(folder_ / "runs/1-small/checkpoints");
  const Outcome lost = run({"export", "1", "--model", "out"});
  EXPECT_EQ(lost.exit_code, 2);
  EXPECT_TRUE(contains(lost.err, "has no checkpoint")) << lost.err;
  EXPECT_TRUE(contains(run({"predict", "out", demo_.string()}).err, "there is no run \"out\"")) << "no folder is left";
  const Outcome no_model = run({"predict", "cache", demo_.string()});
  EXPECT_EQ(no_model.exit_code, 2);
  EXPECT_TRUE(contains(no_model.err, "cache is a folder without model.json, so no exported model")) << no_model.err;
}

// Pictures of 64 px for a network of 64 px: nothing is resized, so Pillow and the renderer give the same numbers.
TEST_F(Export, ItsPythonProgramsGiveTheSameProbabilities) {
  ASSAY_NEEDS_PEERS();
  train({"backbone.freeze=6"});
  ASSERT_EQ(run({"export", "1", "--model", "out"}).exit_code, 0);
  const fs::path model = folder_ / "out";
  const fs::path by_timm = saved_program(model);
  EXPECT_TRUE(contains(text_of(by_timm), "timm.create_model(\"tf_efficientnet_lite0\"")) << text_of(by_timm);
  EXPECT_LE(difference(model, by_timm, pictures(6)), 1e-5);

  // The same program with TorchScript instead of timm, one picture and five at once.
  std::string program = text_of(by_timm);
  const std::size_t start = program.find("backbone = timm");
  const std::size_t end = program.find("\ndef rgb(path)");
  program.replace(start, end - start,
                  "network = torch.jit.load('model.pt')\n\n"
                  "def probabilities(images):\n"
                  "    assert network(images.repeat(5, 1, 1, 1)).shape[0] == 5\n"
                  "    return network(images)\n\n");
  std::ofstream(model / "by_torchscript.py") << program;
  EXPECT_LE(difference(model, model / "by_torchscript.py", pictures(6)), 1e-5);
}

// 16 bits a pixel: libpng rounds value * 255 / 65535, Pillow's own conversion cuts off at 255.
TEST_F(Export, ItsPythonProgramReads16BitGreyAsTheRunnerDoesAndRefusesWhatItWouldChange) {
  ASSAY_NEEDS_PEERS();
  train({});
  ASSERT_EQ(run({"export", "1", "--model", "out"}).exit_code, 0);
  std::ofstream(folder_ / "save.py") << "import sys, zlib, struct, numpy\n"
                                        "from PIL import Image\n"
                                        "image = Image.open(sys.argv[1])\n"
                                        "grey = numpy.asarray(image.convert('L')).astype(numpy.uint16)\n"
                                        "deep = grey * 251 + numpy.arange(64, dtype=numpy.uint16)\n"
                                        "Image.fromarray(deep).save('deep.png')\n"
                                        "Image.fromarray(deep).save('deep.tif')\n"
                                        "image.convert('CMYK').save('print.jpg')\n"
                                        "chunk = lambda t, d: struct.pack('>I', len(d)) + t + d + "
                                        "struct.pack('>I', zlib.crc32(t + d))\n"
                                        "rows = b''.join(b'\\0' + bytes(64 * 6) for _ in range(64))\n"
                                        "open('colours.png', 'wb').write(b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', "
                                        "struct.pack('>IIBBBBB', 64, 64, 16, 2, 0, 0, 0)) + "
                                        "chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))\n";
  const Outcome saved = run_python(folder_ / "save.py", pictures(1), folder_);
  ASSERT_EQ(saved.exit_code, 0) << saved.err;
  const fs::path program = saved_program(folder_ / "out");
  const std::vector<std::string> deep{(folder_ / "deep.png").string(), (folder_ / "deep.tif").string()};
  EXPECT_LE(difference(folder_ / "out", program, deep), 1e-5);
  const Outcome print = run_python(program, {(folder_ / "print.jpg").string()}, folder_ / "out");
  EXPECT_NE(print.exit_code, 0);
  EXPECT_TRUE(contains(print.err, "print.jpg is of mode CMYK")) << print.err;
  const Outcome colours = run_python(program, {(folder_ / "colours.png").string()}, folder_ / "out");
  EXPECT_NE(colours.exit_code, 0);
  EXPECT_TRUE(contains(colours.err, "colours.png has colours of 16 bits")) << colours.err;
}

TEST_F(Export, ItsPythonProgramMasksCropsAndResizesAsTheRunnerDoes) {
  ASSAY_NEEDS_PEERS();
  train(
      {"dataset.mask=[{ left = 0.8, top = 0.7 }]", "preprocessing.crop.center=50", "head.outputs=2", "head.hidden=[]"});
  ASSERT_EQ(run({"export", "1", "--model", "center"}).exit_code, 0);
  EXPECT_LE(difference(folder_ / "center", saved_program(folder_ / "center"), pictures(6)), 1e-4);
  train({"preprocessing.crop={ foreground = true, keep_scale = true }", "preprocessing.interpolation=bilinear",
         "backbone.variant=b0"});
  ASSERT_EQ(run({"export", "latest", "--model", "foreground"}).exit_code, 0);
  EXPECT_LE(difference(folder_ / "foreground", saved_program(folder_ / "foreground"), pictures(6)), 1e-4);
}

}  // namespace
}  // namespace assay
