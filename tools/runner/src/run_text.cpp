#include "run_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace assay {
namespace {

std::string format_time(const char* format, const std::tm& time) {
  char text[40];
  return {text, std::strftime(text, sizeof text, format, &time)};
}

std::string print_number(const char* format, double value) {
  char text[40];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

template <class Records>
auto* find_named(Records& records, std::string_view split, std::string_view name) {
  const auto found = std::find_if(records.begin(), records.end(),
                                  [&](const auto& record) { return record.split == split && record.name == name; });
  return found == records.end() ? nullptr : &*found;
}

}  // namespace

std::string time_text(std::int64_t ms) {
  const std::time_t seconds = ms / 1000;
  std::tm local{};
  ::localtime_r(&seconds, &local);
  return format_time("%Y-%m-%d %H:%M:%S", local);
}

std::string utc_text(std::int64_t ms) {
  const std::time_t seconds = ms / 1000;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  char fraction[16];
  std::snprintf(fraction, sizeof fraction, ".%03dZ", static_cast<int>(ms % 1000));
  return format_time("%Y-%m-%dT%H:%M:%S", utc) + fraction;
}

std::string figure_text(double value) {
  if (std::isnan(value)) {
    return "nan";
  }
  const double size = std::abs(value);
  const bool usual = value == 0.0 || (size >= 1e-3 && size < 1e4);
  return print_number(usual ? "%.4f" : "%.4g", value);
}

std::string figure_text(const Interval& interval) {
  const bool known = !std::isnan(interval.low) && !std::isnan(interval.high);
  return figure_text(interval.value) +
         (known ? " (" + figure_text(interval.low) + " to " + figure_text(interval.high) + ")" : " (no interval)");
}

// The rule of a fixed threshold is the number itself.
bool is_fixed_threshold(const RunDetails& run) {
  return !run.threshold_rule.empty() && run.threshold_rule.find_first_of("0123456789") == 0;
}

std::string threshold_text(const RunDetails& run) {
  const std::string how =
      is_fixed_threshold(run) ? "set in the experiment" : "by " + run.threshold_rule + " on validation";
  return figure_text(*run.threshold) + ", " + how;
}

std::string groups_text(std::int64_t groups, const RunDetails& run, std::string_view split) {
  std::string noun = groups_noun(run, split);
  if (groups == 1) {
    noun.pop_back();
  }
  return std::to_string(groups) + " " + noun;
}

std::string basis_text(std::int64_t groups, std::int64_t images, const RunDetails& run, std::string_view split) {
  const std::string counted = std::to_string(images) + " images";
  return groups_noun(run, split) == "images" ? counted : groups_text(groups, run, split) + ", " + counted;
}

std::string label_of(const RunSummary& run) { return "run " + std::to_string(run.number) + " (" + run.name + ")"; }

std::string parameter_text(const Scalar& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text ? *text : to_text(value);
}

const MetricPoint* find_metric(const std::vector<MetricPoint>& points, std::string_view split, std::string_view name) {
  return find_named(points, split, name);
}

const Interval* find_interval(const RunDetails& run, std::string_view split, std::string_view name) {
  const auto* record = find_named(run.intervals, split, name);
  return record ? &record->interval : nullptr;
}

}  // namespace assay
