#include "grouping.h"

#include <algorithm>
#include <map>
#include <regex>
#include <set>

namespace assay::data {
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLongestText = 4096;  ///< bytes; std::regex takes some stack for every one of them

/// Without the blanks at both ends, among them the no-break space that spreadsheets leave (U+00A0).
std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view kNoBreakSpace = "\xC2\xA0";
  const auto is_blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (true) {
    if (text.starts_with(kNoBreakSpace)) {
      text.remove_prefix(kNoBreakSpace.size());
    } else if (text.ends_with(kNoBreakSpace)) {
      text.remove_suffix(kNoBreakSpace.size());
    } else if (!text.empty() && is_blank(text.front())) {
      text.remove_prefix(1);
    } else if (!text.empty() && is_blank(text.back())) {
      text.remove_suffix(1);
    } else {
      return text;
    }
  }
}

/// The letters of ASCII only: what is a capital elsewhere depends on the language.
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::regex compile(const std::string& pattern, const std::string& key) {
  try {
    return std::regex(pattern, std::regex::ECMAScript | std::regex::icase | std::regex::optimize);
  } catch (const std::regex_error& problem) {
    throw InvalidInput(key + ".pattern: '" + pattern + "' is no regular expression: " + problem.what());
  }
}

/// The first capture that took part in a match, or all of the match where the pattern captures nothing.
std::string captured(const std::smatch& match) {
  for (std::size_t i = 1; i < match.size(); ++i) {
    if (match[i].matched) return match[i].str();
  }
  return match.size() == 1 ? match.str() : "";
}

std::string group_by_pattern(const std::string& name, const std::regex& pattern) {
  std::smatch match;
  if (!std::regex_search(name, match, pattern)) return "";
  return identity_of(captured(match));
}

/// The n-th folder of a relative path, from 1; empty when there are fewer.
std::string group_by_folder(const std::string& name, std::int64_t number) {
  const fs::path folders = fs::path(name).parent_path();
  if (number < 1 || number > std::distance(folders.begin(), folders.end())) return "";
  return std::next(folders.begin(), number - 1)->string();
}

/// Blocks of so many neighbours within each folder.
void group_by_block(std::vector<FoundImage>& images, std::int64_t block) {
  std::map<std::string, std::vector<FoundImage*>> folders;
  for (FoundImage& image : images) {
    if (!image.is_unlabelled) folders[fs::path(image.name).parent_path().generic_string()].push_back(&image);
  }
  for (auto& [folder, members] : folders) {
    std::ranges::sort(members, [](const FoundImage* a, const FoundImage* b) { return natural_less(a->name, b->name); });
    for (std::size_t i = 0; i < members.size(); ++i) {
      const std::size_t number = i / static_cast<std::size_t>(block) + 1;
      members[i]->group = (folder.empty() ? "" : folder + "/") + "block " + std::to_string(number);
    }
  }
}

/// What the pattern looks at: the manifest's column for it, else the image's path.
const std::string& text_of_group(const FoundImage& image) {
  return image.group_text.empty() ? image.name : image.group_text;
}

void refuse_long_texts(const FoundImages& found, const std::string& key) {
  std::vector<Problem> problems;
  for (const FoundImage& image : found.images) {
    const std::size_t size = text_of_group(image).size();
    if (image.is_unlabelled || size <= kLongestText) continue;
    problems.emplace_back(image.where, "the text in which " + key + ".pattern looks for the group has " +
                                           std::to_string(size) + " bytes; it may have " +
                                           std::to_string(kLongestText));
  }
  if (!problems.empty()) throw InvalidInput(std::move(problems));
}

void apply_rule(FoundImages& found, const GroupOptions& rule, const std::string& key) {
  if (rule.pattern) {
    const std::regex pattern = compile(*rule.pattern, key);
    refuse_long_texts(found, key);
    for (FoundImage& image : found.images) {
      if (!image.is_unlabelled) image.group = group_by_pattern(text_of_group(image), pattern);
    }
  } else if (rule.folder) {
    for (FoundImage& image : found.images) {
      if (!image.is_unlabelled) image.group = group_by_folder(image.name, *rule.folder);
    }
  } else if (rule.block) {
    if (*rule.block < 1) throw InvalidInput(key + ".block: must be at least 1");
    group_by_block(found.images, *rule.block);
  }
  found.has_patients = !rule.block;
}

void check_groups(const FoundImages& found, const GroupOptions& rule, const std::string& key) {
  std::vector<std::string> without;
  for (const FoundImage& image : found.images) {
    if (image.is_unlabelled || !image.group.empty()) continue;
    without.push_back(image.group_text.empty() ? image.name : image.name + " ('" + image.group_text + "')");
  }
  if (without.empty()) return;
  const std::string why = rule.pattern ? key + ".pattern: '" + *rule.pattern + "' finds no group in "
                                       : key + ".folder: the path is too short in ";
  throw InvalidInput(why + list_names(without, "image"));
}

bool has_labels(const FoundImages& found) {
  return std::ranges::any_of(found.images, [](const FoundImage& image) { return !image.is_unlabelled; });
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The run of digits at a position, without leading zeros; moves the position behind it.
std::string_view take_number(const std::string& text, std::size_t& at) {
  while (at < text.size() && text[at] == '0') ++at;
  const std::size_t start = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  return std::string_view(text).substr(start, at - start);
}

}  // namespace

void assign_groups(FoundImages& found, const std::optional<GroupOptions>& rule, const std::string& key) {
  if (!has_labels(found)) return;
  found.groups_are = "patients";
  if (rule) {
    apply_rule(found, *rule, key);
    check_groups(found, *rule, key);
    if (rule->block) found.groups_are = "blocks";
  } else if (!found.has_patients) {
    found.groups_are = "images";
    for (FoundImage& image : found.images) {
      if (!image.is_unlabelled) image.group = image.name;
    }
    found.warnings_of_splits.emplace_back(kUngrouped);
  }
}

std::string identity_of(std::string_view patient) {
  std::string identity(without_blanks(patient));
  std::ranges::transform(identity, identity.begin(), upper);
  return identity;
}

void spell_alike(std::vector<FoundImages>& parts) {
  std::map<std::string, std::set<std::string>> spellings;
  const auto visit = [&](const auto& visitor) {
    for (FoundImages& part : parts) {
      for (FoundImage& image : part.images) {
        if (part.has_patients && !image.is_unlabelled) visitor(image);
      }
    }
  };
  visit([&](const FoundImage& image) { spellings[identity_of(image.group)].emplace(without_blanks(image.group)); });
  visit([&](FoundImage& image) { image.group = *spellings[identity_of(image.group)].begin(); });
}

bool natural_less(const std::string& a, const std::string& b) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      const std::string_view x = take_number(a, i);
      const std::string_view y = take_number(b, j);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
    } else {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i;
      ++j;
    }
  }
  const std::size_t left_of_a = a.size() - i;
  const std::size_t left_of_b = b.size() - j;
  return left_of_a != left_of_b ? left_of_a < left_of_b : a < b;
}

}  // namespace assay::data
