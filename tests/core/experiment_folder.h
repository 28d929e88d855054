// Experiment files in a folder of their own, checked against plugin descriptions that stand there too.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <tuple>
#include <vector>

#include "assay/experiment.h"

namespace assay {

class ExperimentTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("experiment_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ / "plugins");
    for (const auto& [kind, name, key] :
         {std::tuple("backbone", "efficientnet", "width"), std::tuple("head", "fully_connected", "dropout"),
          std::tuple("sampler", "random", "share"), std::tuple("augmentation", "crop", "min_area"),
          std::tuple("augmentation", "rotate", "max_degrees")}) {
      write_plugin(kind, name, key);
    }
    setenv("ASSAY_PLUGIN_PATH", (folder_ / "plugins").c_str(), 1);
  }

  void write_plugin(const std::string& kind, const std::string& name, const std::string& key,
                    bool mixes = false) const {
    Field field;
    field.key = key;
    field.kinds = {FieldKind::number};
    field.default_value = {0.5, {}};
    field.minimum = 0;
    field.maximum = 100;
    PluginDescription plugin{kind, name, "1.0.0", "compiler=g++ 12", {}, {}, mixes};
    plugin.fields.fields.push_back(field);
    std::ofstream(folder_ / "plugins" / (name + ".plugin.toml")) << write_description(plugin);
  }

  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }

  static std::string mistakes(const std::filesystem::path& file, const std::vector<std::string>& settings = {}) {
    try {
      read_experiment(file, settings);
    } catch (const InvalidInput& error) {
      return error.what();
    }
    return "";
  }

  const std::string base_ = "dataset.path = \"demo\"\nbackbone.plugin = \"efficientnet\"\n";
  std::filesystem::path folder_;
};

}  // namespace assay
