// What a run is made of: the records that run_writer.h takes and queries.h gives back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "assay/node.h"

namespace assay {

/// `crashed` is never stored: it is a running run whose process no longer holds the lock in its folder (or, for a run
/// of another host, whose heartbeat is older than two minutes).
enum class RunState { running, completed, failed, interrupted, crashed };

/// "running", "completed", ...
std::string_view to_text(RunState state);

/// Which of a run's two kept checkpoints is meant.
enum class CheckpointChoice { best, last };

/// "best" or "last".
std::string_view to_text(CheckpointChoice choice);

/// The run that a run continues.
struct Parent {
  std::int64_t run = 0;                                  ///< its number
  CheckpointChoice checkpoint = CheckpointChoice::best;  ///< that it started from
};

/// A plugin that took part, as loaded.
struct PluginRecord {
  std::string kind;         ///< "backbone", "augmentation", "sampler", "head"
  std::string name;         ///< as the experiment writes it
  std::string version;      ///< of the plugin
  std::string build_id;     ///< what it was built for
  std::string file;         ///< path it was loaded from
  std::string file_sha256;  ///< 64 hexadecimal digits
};

/// One image of the data set. Runs on the same data set share these rows.
struct SampleRecord {
  std::string path;        ///< relative to the data set's folder; unique in the data set
  std::string hash;        ///< of the file's contents
  std::string group;       ///< the patient; empty when the data set has no groups
  std::string split;       ///< "train", "validation" or "test"
  std::int32_t label = 0;  ///< index into RunStart::classes
  std::string source{};    ///< name of the place it came from
  std::vector<std::pair<std::string, std::string>> values{};  ///< further columns of its manifest that have a value
};

/// Where and with what a run was made.
struct Environment {
  std::string host;        ///< filled in by RunWriter when empty
  std::string device;      ///< "cpu: AMD EPYC 7R32, 2 threads" or "cuda:0: NVIDIA H200"
  std::string git_commit;  ///< empty outside a repository
  bool git_dirty = false;  ///< files differ from the commit
  std::string command;     ///< the command line, for people
  std::vector<std::pair<std::string, std::string>> libraries;  ///< ("torch", "2.13.0"), ("compiler", "g++ 12.2.0"), ...
};

/// All that is known when a run starts.
struct RunStart {
  std::string name;        ///< starts with a letter, at most 200 bytes, no control characters, not "latest"
  Node parameters;         ///< the resolved experiment, defaults included; stored as flatten() takes it apart
  std::string experiment;  ///< the resolved experiment as TOML text, from which the run can be made again
  std::string select = "validation.auroc";  ///< "<split>.<metric>" by which the best epoch is chosen
  std::optional<Parent> parent;             ///< the run it continues
  Environment environment;                  ///< where and with what
  std::string dataset_fingerprint;          ///< of every image's path, contents, label and group
  std::string split_fingerprint;      ///< of every image's contents and split: runs with equal ones can be compared
  std::vector<PluginRecord> plugins;  ///< that take part
  std::vector<std::string> classes;   ///< by index
  std::string positive;               ///< the positive class of a run with one output; else empty
  std::vector<SampleRecord> samples;  ///< every labelled image
};

}  // namespace assay
