// `export`: a finished run's model as a folder for others. All is written into a folder beside the wanted one, which is
// renamed at the end: a folder of this name is whole.
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "assay/error.h"
#include "assay/interrupt.h"
#include "assay/learn/tensors.h"
#include "assay/tensor_file.h"
#include "assay/toml_file.h"
#include "commands.h"
#include "exported_model.h"
#include "job.h"
#include "model_card.h"
#include "program_name.h"
#include "traced_model.h"
#include "whole_file.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

void check_is_new(const fs::path& wanted) {
  if (fs::exists(fs::symlink_status(wanted))) {
    throw InvalidInput(wanted.string() + " exists already; name a new folder with --model DIR, or remove it");
  }
}

/// The nearest folder above that is there.
fs::path nearest_existing(fs::path folder) {
  while (!fs::exists(folder) && folder.has_relative_path()) folder = folder.parent_path();
  return folder;
}

/// A folder in the making. Unless it was moved to its place, it is removed with its contents and with the folders above
/// it that were made for it.
class DraftFolder {
 public:
  explicit DraftFolder(fs::path wanted)
      : wanted_(std::move(wanted)), existing_(nearest_existing(wanted_.parent_path())) {
    std::error_code error;
    fs::create_directories(wanted_.parent_path(), error);
    if (error) throw Failure(wanted_.parent_path().string() + " can't be made: " + error.message());
    // mkdtemp's folder is its owner's alone; the one inside has the rights that the user's umask gives.
    std::string name = (wanted_.parent_path() / ("." + wanted_.filename().string() + ".XXXXXX")).string();
    if (::mkdtemp(name.data()) == nullptr) throw Failure(name + " can't be made: " + std::strerror(errno));
    holder_ = name;
    fs::create_directory(path(), error);
    if (error) throw Failure(path().string() + " can't be made: " + error.message());
  }
  ~DraftFolder() {
    std::error_code ignored;
    fs::remove_all(holder_, ignored);
    if (moved_) return;
    for (fs::path made = wanted_.parent_path(); made != existing_ && fs::remove(made, ignored);) {
      made = made.parent_path();
    }
  }
  DraftFolder(const DraftFolder&) = delete;
  DraftFolder& operator=(const DraftFolder&) = delete;

  fs::path path() const { return holder_ / "model"; }

  void move_to_its_place() {
    sync_folder(path());
    std::error_code error;
    fs::rename(path(), wanted_, error);
    if (error) throw Failure(wanted_.string() + " can't be made: " + error.message());
    moved_ = true;
    sync_folder(wanted_.parent_path());
  }

 private:
  fs::path wanted_;
  fs::path existing_;  ///< above it, before
  fs::path holder_;
  bool moved_ = false;
};

void write_tensors(const fs::path& file, const NamedTensors& tensors) {
  NamedTensors kept;  // The views point into these.
  std::vector<TensorView> views;
  for (const auto& [name, tensor] : tensors) {
    kept.emplace_back(name, tensor.detach().cpu().contiguous());
    views.push_back(view_of(name, kept.back().second));
  }
  write_safetensors(file, views);
}

NamedTensors by_foreign_names(const Backbone& backbone, const ForeignNames& names) {
  NamedTensors tensors;
  for (const auto& [ours, tensor] : state_of(backbone))
    tensors.emplace_back(foreign_name(backbone, names, ours), tensor);
  return tensors;
}

/// true when model.pt was written.
bool write_traced(const fs::path& folder, const Model& model, const InputSpec& input, Console& console) {
  try {
    write_traced_model(folder / "model.pt", model, input);
    sync_file(folder / "model.pt");
    return true;
  } catch (const Failure& failure) {
    console.warn(std::string("model.pt is left out: the model is fine, but ") + failure.what());
    std::error_code ignored;
    fs::remove(folder / "model.pt", ignored);
    return false;
  }
}

/// Cuts a path down to its last part, which tells what it was without telling of the machine.
void cut_path(Node* table, const char* key) {
  Node* node = table == nullptr ? nullptr : table->find(key);
  auto* text = node == nullptr ? nullptr : std::get_if<std::string>(&node->value);
  if (text == nullptr || !fs::path(*text).is_absolute()) return;
  const fs::path path = fs::path(*text).lexically_normal();
  *text = (path.has_filename() ? path : path.parent_path()).filename().string();
}

/// The experiment without the paths of this machine. What applies the model needs none of them.
std::string portable_experiment(const RunDetails& run) {
  Node experiment = parse_toml(run.experiment, "the experiment of run " + std::to_string(run.summary.number));
  if (Node* dataset = experiment.find("dataset")) {
    cut_path(dataset, "path");
    dataset->erase("root");
    if (Node* sources = dataset->find("source"); sources != nullptr && sources->is_list()) {
      for (Node& source : sources->list()) {
        cut_path(&source, "path");
        cut_path(&source, "folder");
      }
    }
  }
  cut_path(experiment.find("backbone"), "weights");
  if (Node* plugins = experiment.find("plugins")) plugins->erase("path");
  return write_toml(experiment);
}

fs::path wanted_folder(const fs::path& given) {
  const fs::path folder = fs::absolute(given).lexically_normal();
  return folder.has_filename() ? folder : folder.parent_path();
}

ExportedFacts facts_of(const FinishedRun& run, const Model& model) {
  ExportedFacts facts;
  facts.run_name = run.details.summary.name;
  facts.epoch = run.epoch();
  facts.checkpoint = to_text(run.choice);
  facts.threshold_rule = run.details.threshold_rule;
  facts.sha256 = hash_of(model.state());
  facts.outputs = model.head->outputs();
  facts.names = foreign_names(*model.backbone);
  return facts;
}

}  // namespace

void export_run(const ExportRequest& request, Console& console) {
  const fs::path wanted = wanted_folder(request.folder);
  check_is_new(wanted);
  const Registry registry = Registry::open(request.registry, OpenMode::read);
  const FinishedRun run = find_finished_run(registry, request.run, "exported");
  const TrainedModel trained = run.model();
  prepare_process(trained.compute_threads);
  const Model model = make_model(catalog_for(trained.experiment.plugins), trained.experiment);
  trained.load_into(model);
  ExportedFacts facts = facts_of(run, model);

  DraftFolder draft(wanted);
  const auto add = [&](const char* file, const auto& write) {
    throw_if_interrupted();
    write(draft.path() / file);
    facts.files.emplace_back(file);
  };
  add("backbone.safetensors",
      [&](const fs::path& file) { write_tensors(file, by_foreign_names(*model.backbone, facts.names)); });
  add("head.safetensors", [&](const fs::path& file) { write_tensors(file, state_of(*model.head)); });
  add("experiment.toml", [&](const fs::path& file) { replace_file(file, portable_experiment(run.details)); });
  throw_if_interrupted();
  if (write_traced(draft.path(), model, trained.input, console)) facts.files.emplace_back("model.pt");
  throw_if_interrupted();
  write_model_json(draft.path(), trained, facts);
  replace_file(draft.path() / "README.md", model_card({registry, run, trained, facts}));
  draft.move_to_its_place();
  console.say("run " + std::to_string(run.details.summary.number) + " (" + facts.run_name + ") is exported to " +
              request.folder.string() + "\n\nnext:\n  " + program_name() + " predict " + request.folder.string() +
              " PATH...\n  read and complete " + (request.folder / "README.md").string());
}

}  // namespace assay
