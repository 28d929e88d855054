// `export`: a finished run's model as a folder for others. All is written into a folder beside the wanted one, which is
// renamed at the end: a folder of this name is whole.
#include <unistd.h>

#include "assay/error.h"
#include "assay/learn/tensors.h"
#include "assay/tensor_file.h"
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

/// A folder in the making; removed with its contents unless it was moved to its place.
class DraftFolder {
 public:
  explicit DraftFolder(fs::path wanted) : wanted_(std::move(wanted)) {
    if (fs::exists(fs::symlink_status(wanted_))) {
      throw InvalidInput(wanted_.string() + " exists already; name a new folder with --model DIR, or remove it");
    }
    std::error_code error;
    fs::create_directories(wanted_.parent_path(), error);
    draft_ = wanted_.parent_path() / ("." + wanted_.filename().string() + "." + std::to_string(::getpid()));
    if (!error) fs::create_directory(draft_, error);
    if (error) throw Failure(draft_.string() + " can't be made: " + error.message());
  }
  ~DraftFolder() {
    std::error_code ignored;
    if (!moved_) fs::remove_all(draft_, ignored);
  }
  DraftFolder(const DraftFolder&) = delete;
  DraftFolder& operator=(const DraftFolder&) = delete;

  const fs::path& path() const { return draft_; }

  void move_to_its_place() {
    sync_folder(draft_);
    std::error_code error;
    fs::rename(draft_, wanted_, error);
    if (error) throw Failure(wanted_.string() + " can't be made: " + error.message());
    moved_ = true;
    sync_folder(wanted_.parent_path());
  }

 private:
  fs::path wanted_;
  fs::path draft_;
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
    return true;
  } catch (const Failure& failure) {
    console.warn(std::string("model.pt is left out: the model is fine, but ") + failure.what());
    std::error_code ignored;
    fs::remove(folder / "model.pt", ignored);
    return false;
  }
}

fs::path wanted_folder(const fs::path& given) {
  const fs::path folder = fs::absolute(given).lexically_normal();
  return folder.has_filename() ? folder : folder.parent_path();
}

}  // namespace

void export_run(const ExportRequest& request, Console& console) {
  DraftFolder draft(wanted_folder(request.folder));
  const Registry registry = Registry::open(request.registry, OpenMode::read);
  const FinishedRun run = find_finished_run(registry, request.run, "exported");
  const TrainedModel trained = run.model();
  prepare_process(trained.compute_threads);
  const Model model = make_model(catalog_for(trained.experiment.plugins), trained.experiment);
  trained.load_into(model);

  ExportedFacts facts;
  facts.run_name = run.details.summary.name;
  facts.epoch = run.epoch();
  facts.checkpoint = to_text(run.choice);
  facts.threshold_rule = run.details.threshold_rule;
  facts.sha256 = hash_of(model.state());
  facts.outputs = model.head->outputs();
  facts.names = foreign_names(*model.backbone);
  facts.files = {"backbone.safetensors", "head.safetensors", "experiment.toml"};
  write_tensors(draft.path() / "backbone.safetensors", by_foreign_names(*model.backbone, facts.names));
  write_tensors(draft.path() / "head.safetensors", state_of(*model.head));
  replace_file(draft.path() / "experiment.toml", run.details.experiment);
  if (write_traced(draft.path(), model, trained.input, console)) facts.files.emplace_back("model.pt");
  write_model_json(draft.path(), trained, facts);
  replace_file(draft.path() / "README.md", model_card({registry, run, trained, facts}));
  draft.move_to_its_place();
  console.say("run " + std::to_string(run.details.summary.number) + " (" + facts.run_name + ") is exported to " +
              request.folder.string() + "\n\nnext:\n  " + program_name() + " predict " + request.folder.string() +
              " PATH...\n  read and complete " + (request.folder / "README.md").string());
}

}  // namespace assay
