// cache: what is kept between runs, whether it is whole, and how to get rid of it. Reads headers; opens neither OpenCV
// nor LibTorch.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <iostream>
#include <optional>

#include "assay/cache_files.h"
#include "assay/console.h"
#include "assay/error.h"
#include "assay/fields.h"
#include "assay/interrupt.h"
#include "assay/printable.h"
#include "commands.h"
#include "run_json.h"
#include "run_text.h"
#include "text_table.h"

namespace assay {
namespace {

constexpr std::array kKinds{CacheKind::packed, CacheKind::features, CacheKind::scans, CacheKind::demo};

struct ClearOptions {
  std::vector<std::string> kinds;
  std::optional<double> older_than_days;
};

/// A header that can't be read is `verify`'s to tell.
std::optional<std::int64_t> pictures_if_readable(const CacheEntry& entry) {
  try {
    return pictures_of(entry);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::int64_t bytes_of(const std::vector<CacheEntry>& entries, bool only_limited) {
  std::int64_t bytes = 0;
  for (const CacheEntry& entry : entries) {
    const bool is_limited = entry.kind == CacheKind::packed || entry.kind == CacheKind::features;
    if (is_limited || !only_limited) bytes += entry.bytes;
  }
  return bytes;
}

std::string size_text(std::int64_t bytes) { return bytes_text(static_cast<double>(bytes)); }

std::string state_text(const CacheEntry& entry) {
  return entry.is_in_use ? "in use" : entry.is_left_over ? "left over" : "";
}

std::string label_of(const CacheEntry& entry) { return std::string(to_text(entry.kind)) + " " + entry.key; }

void print_table(const std::filesystem::path& folder, const std::vector<CacheEntry>& entries, std::int64_t limit) {
  TextTable table({Align::left, Align::right, Align::right, Align::left, Align::left, Align::left});
  table.add({"kind", "pictures", "size", "last used", "", "key"});
  for (const CacheEntry& entry : entries) {
    const auto pictures = pictures_if_readable(entry);
    table.add({std::string(to_text(entry.kind)), pictures ? std::to_string(*pictures) : "-", size_text(entry.bytes),
               time_text(entry.last_used_ms), state_text(entry), entry.key});
  }
  if (!entries.empty()) table.print(std::cout);
  std::cout << folder.string() << ": " << size_text(bytes_of(entries, false)) << "; packed and features "
            << size_text(bytes_of(entries, true)) << " of at most " << size_text(limit) << " (ASSAY_CACHE_LIMIT)\n";
}

Json to_json(const CacheEntry& entry) {
  const auto pictures = pictures_if_readable(entry);
  return {{"kind", to_text(entry.kind)},
          {"key", entry.key},
          {"path", entry.path.string()},
          {"bytes", entry.bytes},
          {"pictures", pictures ? Json(*pictures) : Json()},
          {"last_used", utc_text(entry.last_used_ms)},
          {"in_use", entry.is_in_use},
          {"left_over", entry.is_left_over}};
}

void list(bool as_json) {
  const std::int64_t limit = cache_limit();  // first: a table that breaks off would be no answer
  const std::filesystem::path folder = cache_folder();
  const std::vector<CacheEntry> entries = list_cache(folder);
  if (!as_json) return print_table(folder, entries, limit);
  Json json{{"folder", folder.string()},
            {"bytes", bytes_of(entries, false)},
            {"limited_bytes", bytes_of(entries, true)},
            {"limit_bytes", limit},
            {"entries", Json::array()}};
  for (const CacheEntry& entry : entries) json["entries"].push_back(to_json(entry));
  print_json(json);
}

/// A line that names the entry and what is wrong with it; empty when nothing is, or when it has been removed meanwhile.
std::string line_on_damage(const CacheEntry& entry) {
  try {
    const std::string damage = damage_of(entry);
    return damage.empty() ? "" : "\n  " + entry.path.string() + " " + damage;
  } catch (const Failure& unreadable) {
    std::error_code error;
    const bool is_there = std::filesystem::exists(std::filesystem::symlink_status(entry.path, error));
    return is_there ? std::string("\n  ") + unreadable.what() : "";
  }
}

void verify() {
  const InterruptScope interrupts;
  Console console;
  std::int64_t looked_at = 0;
  std::int64_t bytes = 0;
  std::string damaged;
  for (const CacheEntry& entry : list_cache(cache_folder())) {
    throw_if_interrupted();
    if (entry.is_draft || (entry.kind != CacheKind::packed && entry.kind != CacheKind::features)) continue;
    console.progress("verifying: " + label_of(entry));
    damaged += line_on_damage(entry);
    ++looked_at;
    bytes += entry.bytes;
  }
  console.end_progress();
  if (!damaged.empty()) throw Failure("not whole; runs make it again, `runner cache clear` removes it:" + damaged);
  std::cout << looked_at << (looked_at == 1 ? " file, " : " files, ") << size_text(bytes) << ": all whole\n";
}

CacheKind kind_named(const std::string& word) {
  std::vector<std::string> words;
  for (const CacheKind kind : kKinds) {
    if (word == to_text(kind)) return kind;
    words.emplace_back(to_text(kind));
  }
  throw InvalidInput("nothing of the kind '" + word + "' is kept" + did_you_mean(word, words) +
                     " (packed, features, scans, demo)");
}

bool is_chosen(const CacheEntry& entry, const ClearOptions& options, const std::vector<CacheKind>& kinds) {
  if (!kinds.empty() && std::ranges::find(kinds, entry.kind) == kinds.end()) return false;
  if (!options.older_than_days) return true;
  const auto now =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
  constexpr double kMsOfADay = 24 * 3600 * 1000.0;
  return static_cast<double>(now.count() - entry.last_used_ms) >= *options.older_than_days * kMsOfADay;
}

void clear(const ClearOptions& options) {
  std::vector<CacheKind> kinds;
  for (const std::string& word : options.kinds) kinds.push_back(kind_named(word));
  std::int64_t removed = 0;
  std::int64_t bytes = 0;
  std::string in_use;
  std::string failed;
  for (const CacheEntry& entry : list_cache(cache_folder())) {
    if (!is_chosen(entry, options, kinds)) continue;
    try {
      if (entry.is_in_use || !remove_if_unused(entry)) {
        in_use += "\n  " + label_of(entry);
        continue;
      }
      ++removed;
      bytes += entry.bytes;
    } catch (const Failure& failure) {
      failed += std::string("\n  ") + failure.what();
    }
  }
  std::cout << "removed " << removed << ", " << size_text(bytes) << std::endl;
  std::string stays;
  if (!failed.empty()) stays += "not everything could be removed:" + failed;
  if (!in_use.empty()) stays += (stays.empty() ? "" : "\n") + ("in use by a run, and stays:" + in_use);
  if (!stays.empty()) throw Failure(stays);
}

/// Empty, or why a word is no number of days.
std::string problem_with_days(const std::string& word) {
  double days = 0;
  const char* const end = word.data() + word.size();
  const auto [stopped, error] = std::from_chars(word.data(), end, days);
  if (error == std::errc() && stopped == end && std::isfinite(days) && days >= 0) return "";
  return "'" + printable(word) + "' is no number of days; it needs one from 0 on: 0.5, 30";
}

}  // namespace

void add_cache(CLI::App& app, Invocation&) {
  CLI::App* command = app.add_subcommand("cache", "what is kept between runs: list, verify or clear it");
  command->footer(
      "Kinds: packed (decoded pictures of a data set), features (of a frozen backbone), scans (what looking at images\n"
      "found), demo (drawn demo sets). All of it is made again when it is needed. It lies in ASSAY_CACHE, else\n"
      "$XDG_CACHE_HOME/assay, else ~/.cache/assay. Where packed and features exceed ASSAY_CACHE_LIMIT (50G), runs "
      "remove\n"
      "what was not used for longest.");
  command->require_subcommand(1);

  auto json = std::make_shared<bool>(false);
  CLI::App* list_command = command->add_subcommand("list", "kind, pictures, size, last use and key of all there is");
  list_command->add_flag("--json", *json, "print JSON");
  list_command->callback([json] { list(*json); });

  command->add_subcommand("verify", "hash packed pictures and features again; exit code 1 names what is damaged")
      ->callback(verify);

  auto options = std::make_shared<ClearOptions>();
  CLI::App* clear_command = command->add_subcommand("clear", "remove what no run uses; exit code 1 names what stays");
  clear_command->add_option("kind", options->kinds, "packed, features, scans or demo (default: all of them)");
  clear_command->add_option("--older-than", options->older_than_days, "only what was not used for so many days")
      ->type_name("DAYS")
      ->check(problem_with_days);
  clear_command->footer("A demo set counts as in use only while it is drawn: clear it when no run reads it.");
  clear_command->callback([options] { clear(*options); });
}

}  // namespace assay
