// What runner calls in libassay_learn.so, which it opens only for commands that need a model. No torch in this header.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "assay/certify.h"
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

/// What evaluate is asked.
struct EvaluateRequest {
  std::string run;                 ///< a RUN as the user wrote it, possibly with ":best" or ":last"
  std::filesystem::path registry;  ///< the registry's file
  std::string name;                ///< of the evaluation: its split is "external.<name>"
  std::string place;               ///< what was named: a folder, a manifest or an experiment, absolute
  DatasetOptions dataset;          ///< the images to judge on; its split and positive class are not used
  /// The run's class: the data set's names for it (folders or labels). Names that are not here count as the run's own.
  std::map<std::string, std::vector<std::string>> classes;
  bool without_known = false;  ///< leave out images that the run was trained or chosen on, instead of refusing them
};

/// What predict is asked.
struct PredictRequest {
  std::string model;  ///< a RUN as the user wrote it, possibly with ":best" or ":last", or an exported model's folder
  std::filesystem::path registry;            ///< the registry's file; not opened for an exported model
  std::vector<std::filesystem::path> paths;  ///< images, folders of images, and manifests (.csv with a column "path")
  std::vector<DatasetOptions> datasets;      ///< whose images for prediction only are wanted
};

/// The model that predicts.
struct PredictingModel {
  std::string run;                   ///< uuid of the run that made it
  std::string sha256;                ///< of its tensors' names, shapes and values
  std::vector<std::string> classes;  ///< by index
  std::string positive;              ///< name of the positive class; empty with K classes
  double threshold = 0;              ///< chosen on validation; with K classes 0
};

/// An image's file, as it was when its name was found.
struct ImageFile {
  std::string path;              ///< as given, or below the folder that was given
  std::int64_t bytes = 0;        ///< its size
  std::int64_t modified_ns = 0;  ///< when it was written last, nanoseconds since 1970
};

/// One image's answer.
struct PredictedImage {
  ImageFile file;                     ///< which image
  std::string predicted;              ///< name of the class
  std::vector<double> probabilities;  ///< of each class, in the order of classes
  double probability = 0;             ///< of the positive class; with K classes, of the predicted one
};

/// Takes predictions, in the order of the images. Called from the thread that called predict.
class PredictionSink {
 public:
  virtual ~PredictionSink() = default;
  /// Called once, before all others. Throws InvalidInput to refuse the model.
  virtual void begin(const PredictingModel& model) = 0;
  /// true: this image needs no prediction any more.
  virtual bool is_done(const ImageFile& file) = 0;
  /// Called for each image that could be read.
  virtual void take(const PredictedImage& image) = 0;
  /// Called now and then, and at the end: what was taken should be kept now.
  virtual void flush() = 0;
};

/// What export is asked.
struct ExportRequest {
  std::string run;                 ///< a RUN as the user wrote it, possibly with ":best" or ":last"
  std::filesystem::path registry;  ///< the registry's file
  std::filesystem::path folder;    ///< to make; must not exist yet
};

/// What libassay_learn.so exports: assay_learn_commands(), with C linkage. Each call runs on the calling thread until
/// the work is done, shows its progress on console, and throws InvalidInput, Failure or Interrupted.
struct LearnCommands {
  /// Trains, evaluates and records a new run; returns its number.
  std::int64_t (*run)(const RunRequest&, Console&);
  /// Goes on with an interrupted or crashed run.
  std::int64_t (*resume)(const ResumeRequest&, Console&);
  /// Judges a finished run's model on another data set and records it; returns the run's number.
  std::int64_t (*evaluate)(const EvaluateRequest&, Console&);
  /// Applies a model to images. Throws InvalidInput that lists the images that can't be read, when all others are done.
  void (*predict)(const PredictRequest&, Console&, PredictionSink&);
  /// Writes a finished run's model as a folder that needs neither the registry nor the data.
  void (*export_model)(const ExportRequest&, Console&);
  /// Makes the checks of a backbone or a head. Throws InvalidInput for a plugin of another kind.
  void (*certify)(const CertifyRequest&, const CertifySink&);
};

/// Found by its name in libassay_learn.so.
extern "C" const LearnCommands* assay_learn_commands();

}  // namespace assay
