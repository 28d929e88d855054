#include "assay/learn/weights.h"

#include <cstdlib>
#include <sstream>

#include "assay/error.h"
#include "assay/hash.h"
#include "assay/learn/initialise.h"
#include "assay/learn/tensors.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

std::string name_list(const std::vector<KnownWeights>& known) {
  std::string names = "\"none\"";
  for (const KnownWeights& weights : known) names += ", \"" + weights.name + "\"";
  return names;
}

WeightChoice as_known(const KnownWeights& known, const fs::path& file, std::string sha256) {
  return {known.name, fs::absolute(file), std::move(sha256), known.source, known.licence, known.input};
}

[[noreturn]] void throw_not_found(const KnownWeights& known, std::span<const fs::path> folders) {
  std::ostringstream message;
  message << "backbone.weights: the file " << known.file << " (\"" << known.name << "\") was not found in";
  for (const fs::path& folder : folders) message << "\n  " << folder.string();
  message << "\nIt comes from " << known.source << ": " << known.how_to_get
          << ". ASSAY_WEIGHTS_PATH adds folders; weights = \"none\" starts from random weights.";
  throw InvalidInput(message.str());
}

WeightChoice choose_known(const KnownWeights& known, std::span<const fs::path> folders) {
  for (const fs::path& folder : folders) {
    const fs::path file = folder / known.file;
    if (!fs::is_regular_file(file)) continue;
    const std::string sha256 = sha256_of_file(file);
    if (sha256.starts_with(known.sha256)) return as_known(known, file, sha256);
    throw InvalidInput(file.string() + ": its SHA-256 is " + sha256 + ", that of the known file begins with " +
                       known.sha256 + "; it is damaged or another file. It comes from " + known.source + ": " +
                       known.how_to_get + ".");
  }
  throw_not_found(known, folders);
}

WeightChoice choose_file(const Backbone& backbone, const fs::path& file) {
  const std::string sha256 = sha256_of_file(file);
  for (const KnownWeights& known : backbone.known_weights()) {
    if (sha256.starts_with(known.sha256)) return as_known(known, file, sha256);
  }
  return {"file", fs::absolute(file), sha256, {}, {}, backbone.default_input()};
}

/// The layout whose marker the file has; our own names when none.
KeyLayout layout_of(const Backbone& backbone, const TensorFile& file) {
  for (const KeyLayout& layout : backbone.key_layouts()) {
    if (file.find(layout.marker) != nullptr) return layout;
  }
  return {};
}

}  // namespace

std::vector<fs::path> weight_folders() {
  std::vector<fs::path> folders;
  const char* path = std::getenv("ASSAY_WEIGHTS_PATH");
  std::istringstream listed(path == nullptr ? "" : path);
  for (std::string folder; std::getline(listed, folder, ':');) {
    if (!folder.empty()) folders.emplace_back(folder);
  }
  folders.push_back(fs::read_symlink("/proc/self/exe").parent_path().parent_path() / "share/assay/weights");
  return folders;
}

WeightChoice choose_weights(const Backbone& backbone, const std::string& weights, std::span<const fs::path> folders) {
  if (weights == "none") return {"none", {}, {}, {}, {}, backbone.default_input()};
  const std::vector<KnownWeights> all_known = backbone.known_weights();
  for (const KnownWeights& known : all_known) {
    if (known.name == weights) return choose_known(known, folders);
  }
  if (fs::is_regular_file(weights)) return choose_file(backbone, weights);
  throw InvalidInput("backbone.weights: \"" + weights + "\" is neither a file nor known; this backbone knows " +
                     name_list(all_known));
}

WeightChoice choose_weights(const Backbone& backbone, const std::string& weights) {
  return choose_weights(backbone, weights, weight_folders());
}

void load_weights(Backbone& backbone, const TensorFile& file) {
  const KeyLayout layout = layout_of(backbone, file);
  LoadRules rules;
  rules.name_in_file = [&](const std::string& ours) { return layout.theirs(ours); };
  rules.may_be_left_over = [&](const std::string& theirs) {
    for (const std::string& prefix : layout.left_out) {
      if (theirs.starts_with(prefix)) return true;
    }
    return false;
  };
  rules.may_lack_batch_counts = true;
  load_state(backbone, file, layout.name.empty() ? "the backbone" : "the backbone (names as in " + layout.name + ")",
             rules);
}

void set_weights(Backbone& backbone, const WeightChoice& choice, std::uint64_t seed) {
  if (choice.name == "none") {
    Random random = backbone_random(seed);
    backbone.initialise(random);
    return;
  }
  if (sha256_of_file(choice.file) != choice.sha256) {
    throw Failure(choice.file.string() + " has changed since it was checked");
  }
  load_weights(backbone, TensorFile::open(choice.file));
}

}  // namespace assay
