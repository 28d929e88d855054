#include "evaluation_remarks.h"

#include <cmath>
#include <cstdio>

#include "assay/printable.h"
#include "run_tables.h"
#include "run_text.h"

namespace assay {
namespace {

/// Shares that differ by less say nothing about a threshold.
constexpr double kOtherShare = 0.1;

std::vector<double> shares_of(const Predictions& predictions, std::size_t classes) {
  std::vector<double> shares(classes);
  for (const std::int32_t label : predictions.labels) {
    shares[static_cast<std::size_t>(label)] += 1.0 / static_cast<double>(predictions.size());
  }
  return shares;
}

std::string percent(double share) {
  char text[16];
  std::snprintf(text, sizeof text, "%.0f %%", 100.0 * share);
  return text;
}

std::vector<std::string> absent_classes(const Predictions& predictions, const std::vector<std::string>& names) {
  const std::vector<double> shares = shares_of(predictions, names.size());
  std::vector<std::string> absent;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (shares[i] == 0.0) {
      absent.push_back(names[i]);
    }
  }
  return absent;
}

/// With one output both classes are there, else nothing could be judged.
std::string absence_remark(const Registry& registry, const RunDetails& run, const std::string& split) {
  const std::vector<std::string> names = label_names(run);
  const std::vector<std::string> absent =
      absent_classes(stored_predictions(registry, run.summary.number, split).predictions, names);
  if (absent.empty() || absent.size() == names.size()) {
    return {};
  }
  const std::string which = absent.size() == 1 ? "no image of class " : "no image of the classes ";
  return which + listed(absent) + ": means over classes are over " + std::to_string(names.size() - absent.size()) +
         " of " + std::to_string(names.size()) + " classes, and can't be compared with the run's own";
}

std::string share_remark(const Registry& registry, const RunDetails& run, const std::string& split) {
  const std::vector<std::string> names = label_names(run);
  const Predictions other = stored_predictions(registry, run.summary.number, split).predictions;
  const Predictions own = stored_predictions(registry, run.summary.number, "test").predictions;
  if (other.size() == 0 || own.size() == 0) {
    return {};
  }
  const std::vector<double> here = shares_of(other, names.size());
  const std::vector<double> there = shares_of(own, names.size());
  std::size_t most = run.positive.empty() ? 0 : 1;
  for (std::size_t i = 0; run.positive.empty() && i < names.size(); ++i) {
    most = std::abs(here[i] - there[i]) > std::abs(here[most] - there[most]) ? i : most;
  }
  if (std::abs(here[most] - there[most]) < kOtherShare) {
    return {};
  }
  const std::string shares = percent(here[most]) + " of these images are " + names[most] + ", " + percent(there[most]) +
                             " of the run's test images: accuracy and weighted F1 can't be compared";
  if (run.positive.empty()) {
    // A mean over fewer classes is another figure.
    return absent_classes(other, names).empty() ? shares + "; balanced accuracy doesn't depend on it" : shares;
  }
  return shares +
         ", and a threshold for this share may be another; AUROC, sensitivity and specificity don't "
         "depend on it";
}

std::string count_of(std::int64_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

}  // namespace

std::vector<std::string> evaluation_remarks(const Registry& registry, const RunDetails& run,
                                            const EvaluationRecord& evaluation) {
  std::vector<std::string> remarks;
  if (std::string absence = absence_remark(registry, run, evaluation.split); !absence.empty()) {
    remarks.push_back(std::move(absence));
  }
  if (std::string share = share_remark(registry, run, evaluation.split); !share.empty()) {
    remarks.push_back(std::move(share));
  }
  const Interval* interval = find_interval(run, evaluation.split, "auroc");
  if (evaluation.groups_are == "images") {
    remarks.push_back(
        "each image counts as a patient of its own, since nothing says which belong together: the intervals are too "
        "narrow where a patient has several");
  } else if (interval != nullptr && interval->groups < few_groups) {
    remarks.push_back("the intervals rest on " + groups_text(interval->groups, run, evaluation.split) +
                      " only, and are too narrow still");
  }
  if (evaluation.checkpoint == CheckpointChoice::last) {
    remarks.push_back("the last epoch's model was judged, at the threshold of the best epoch's");
  }
  return remarks;
}

std::string evaluation_text(const EvaluationRecord& evaluation) {
  std::string text = evaluation.split + ": " + count_of(evaluation.samples, "image", "images") + " of " +
                     evaluation.place + ", " + time_text(evaluation.time_ms);
  std::string left_out;
  if (evaluation.known_images > 0) {
    left_out = count_of(evaluation.known_images, "known image", "known images");
  }
  if (evaluation.bad_images > 0) {
    left_out += (left_out.empty() ? "" : " and ") + count_of(evaluation.bad_images, "bad image", "bad images");
  }
  return left_out.empty() ? text : text + "; " + left_out + " left out";
}

}  // namespace assay
