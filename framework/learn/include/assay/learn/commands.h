// What runner calls in libassay_learn.so, which it opens only for commands that need a model. No torch in this header.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "assay/console.h"
#include "assay/experiment.h"

namespace assay {

/// What run is asked.
struct RunRequest {
  Experiment experiment;           ///< checked
  std::filesystem::path registry;  ///< the registry's file
  std::string command;             ///< the command line, for the record
};

/// What resume is asked.
struct ResumeRequest {
  std::string run;                 ///< a RUN as the user wrote it
  std::filesystem::path registry;  ///< the registry's file
};

/// What predict is asked.
struct PredictRequest {
  std::string run;                           ///< a RUN as the user wrote it, possibly with ":best" or ":last"
  std::filesystem::path registry;            ///< the registry's file
  std::vector<std::filesystem::path> paths;  ///< images and folders of images
};

/// One image's answer.
struct PredictedImage {
  std::string path;                   ///< as given
  std::string predicted;              ///< name of the class
  std::vector<double> probabilities;  ///< of each class, in the order of classes
  double probability = 0;             ///< of the positive class; with K classes, of the predicted one
  std::string positive;               ///< name of the positive class; empty with K classes
  double threshold = 0;               ///< chosen on validation; with K classes 0
  std::string run;                    ///< uuid
};

/// What libassay_learn.so exports: assay_learn_commands(), with C linkage. Each call runs on the calling thread until
/// the work is done, shows its progress on console, and throws InvalidInput, Failure or Interrupted.
struct LearnCommands {
  /// Trains, evaluates and records a new run; returns its number.
  std::int64_t (*run)(const RunRequest&, Console&);
  /// Goes on with an interrupted or crashed run.
  std::int64_t (*resume)(const ResumeRequest&, Console&);
  /// Applies a run's model to images; sink is called for each in order.
  void (*predict)(const PredictRequest&, Console&, const std::function<void(const PredictedImage&)>& sink);
};

extern "C" const LearnCommands* assay_learn_commands();

}  // namespace assay
