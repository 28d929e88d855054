// Did you mean: the usual synonyms of the field, then edit distance.
#include <algorithm>
#include <numeric>
#include <span>

#include "assay/fields.h"

namespace assay {
namespace {

struct Synonym {
  const char* word;
  const char* meant;
  const char* beside = "";  ///< a second word, where it takes two to say the same
};

/// What users of other frameworks type, and what it may be called here; the first that exists is suggested.
std::span<const Synonym> synonyms() {
  static constexpr Synonym table[] = {
      {"lr", "learning_rate"},
      {"base_lr", "learning_rate"},
      {"wd", "weight_decay"},
      {"val", "validation"},
      {"valid", "validation"},
      {"img_size", "size"},
      {"image_size", "size"},
      {"max_epochs", "epochs"},
      {"num_epochs", "epochs"},
      {"n_epochs", "epochs"},
      {"bs", "batch_size"},
      {"optim", "optimizer"},
      {"opt", "optimizer"},
      {"scheduler", "schedule"},
      {"lr_scheduler", "schedule"},
      {"warmup", "warmup_epochs"},
      {"model", "backbone"},
      {"encoder", "backbone"},
      {"classifier", "head"},
      {"transforms", "augmentation"},
      {"augmentations", "augmentation"},
      {"workers", "threads"},
      {"num_workers", "threads"},
      {"degrees", "max_degrees"},
      {"pretrained", "weights"},
      {"checkpoint", "weights"},
      {"frozen", "freeze"},
      {"eps", "epsilon"},
      {"monitor", "select"},
      {"drop_rate", "dropout"},
      {"data", "dataset"},
      {"root", "path"},
      {"num_classes", "outputs"},
      {"criterion", "loss"},
      {"type", "plugin"},
      {"type", "name"},
      {"n_views", "views"},
      {"arch", "variant"},
      {"hidden_dims", "hidden"},
      // Augmentations and their options, as torchvision and Albumentations call them.
      {"p", "probability"},
      {"prob", "probability"},
      {"OneOf", "one_of"},
      {"scale", "min_area", "max_area"},
      {"scale", "size"},
      {"size", "fraction"},
      {"height", "fraction"},
      {"width", "fraction"},
      {"limit", "max_degrees"},
      {"ratio", "aspect"},
      {"translate_percent", "translate"},
      {"rotate", "degrees"},
      {"brightness_limit", "brightness"},
      {"contrast_limit", "contrast"},
      {"hue_shift_limit", "hue"},
      {"gamma_limit", "gamma"},
      {"blur_limit", "sigma"},
      {"sigma_limit", "sigma"},
      {"kernel_size", "sigma"},
      {"sigma", "std"},
      {"std_range", "std"},
      {"n_holes", "count"},
      {"num_holes", "count"},
      {"length", "size"},
      {"value", "fill"},
      {"RandomResizedCrop", "crop"},
      {"RandomCrop", "crop"},
      {"CenterCrop", "crop"},
      {"RandomRotation", "rotate"},
      {"RandomHorizontalFlip", "flip"},
      {"HorizontalFlip", "flip"},
      {"RandomAffine", "affine"},
      {"ColorJitter", "brightness_contrast"},
      {"GaussianBlur", "blur"},
      {"GaussianNoise", "noise"},
      {"GaussNoise", "noise"},
      {"HueSaturationValue", "saturation_hue"},
      {"RandomGrayscale", "grey"},
      {"ToGray", "grey"},
      {"RandomErasing", "cutout"},
      {"CoarseDropout", "cutout"},
  };
  return table;
}

/// Optimal string alignment distance: insertions, deletions, substitutions and exchanges of neighbours (Damerau 1964).
std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::vector<std::size_t> row(b.size() + 1, i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = std::move(last);
    last = std::move(row);
  }
  return last.back();
}

bool is_among(const std::string& word, const std::vector<std::string>& known) {
  return std::find(known.begin(), known.end(), word) != known.end();
}

/// nullptr when what the word means elsewhere isn't known here.
const Synonym* synonym_of(const std::string& word, const std::vector<std::string>& known) {
  for (const Synonym& synonym : synonyms()) {
    if (synonym.word == word && is_among(synonym.meant, known)) return &synonym;
  }
  return nullptr;
}

}  // namespace

std::string nearest_word(const std::string& word, const std::vector<std::string>& known) {
  if (const Synonym* synonym = synonym_of(word, known)) return synonym->meant;
  std::string nearest;
  std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
  if (word.size() > 100) return nearest;
  for (const std::string& candidate : known) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known) {
  const std::string nearest = nearest_word(word, known);
  if (nearest.empty()) return "";
  const Synonym* synonym = synonym_of(word, known);
  const std::string beside = synonym == nullptr ? "" : synonym->beside;
  return "; did you mean '" + nearest + "'" + (is_among(beside, known) ? " and '" + beside + "'" : "") + "?";
}

}  // namespace assay
