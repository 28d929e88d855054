#include "dataset_text.h"

#include <algorithm>
#include <cstdio>
#include <ostream>
#include <set>

#include "text_table.h"

namespace assay {
namespace {

constexpr std::size_t kListed = 10;  ///< of a long list; --json has all

/// "12,345".
std::string count_text(std::int64_t number) {
  std::string text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}

/// "1 image", "1,234 images".
std::string counted(std::int64_t number, const std::string& noun) {
  return count_text(number) + " " + noun + (number == 1 ? "" : "s");
}

std::string share_text(std::int64_t part, std::int64_t whole) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f %%", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
  return text;
}

std::string class_text(const Dataset& dataset, std::size_t label) {
  return dataset.classes[label] + (static_cast<std::int64_t>(label) == dataset.positive ? " (+)" : "");
}

void add_row(TextTable& table, const std::string& source, const std::string& what, const SplitCounts& counts) {
  std::vector<std::string> cells{source, what};
  for (const std::int64_t images : counts) cells.push_back(count_text(images));
  cells.push_back(count_text(sum(counts)));
  table.add(std::move(cells));
}

void add_source(TextTable& table, const Dataset& dataset, const SourceCounts& source) {
  std::string name = source.name;
  for (std::size_t label = 0; label < dataset.classes.size(); ++label) {
    if (sum(source.of_class[label]) == 0) continue;
    add_row(table, name, class_text(dataset, label), source.of_class[label]);
    name.clear();
  }
  if (sum(source.labelled()) > 0) {
    add_row(table, name, "together", source.labelled());
    name.clear();
  }
  if (source.unlabelled > 0) table.add({name, "for prediction only", "", "", "", count_text(source.unlabelled)});
}

void print_images(const Dataset& dataset, const DatasetCounts& counts, std::ostream& out) {
  TextTable table({Align::left, Align::left, Align::right, Align::right, Align::right, Align::right});
  table.add({"images of", "class", "train", "validation", "test", "together"});
  if (counts.sources.size() > 1) {
    for (const SourceCounts& source : counts.sources) add_source(table, dataset, source);
  }
  SourceCounts all = counts.all;
  all.name = counts.sources.size() > 1 ? "all sources" : counts.sources.front().name;
  add_source(table, dataset, all);
  table.print(out);
}

void print_group_sizes(const Dataset& dataset, const DatasetCounts& counts, std::ostream& out) {
  TextTable table({Align::left, Align::right, Align::right, Align::left});
  table.add({"groups of", "groups", "images", "largest group"});
  const SplitCounts images = counts.all.labelled();
  for (const Split split : kSplits) {
    const GroupCounts* largest = largest_of(counts.groups, split);
    if (largest == nullptr) continue;
    table.add({split_name(split), count_text(groups_of(counts.groups, split)),
               count_text(images[static_cast<std::size_t>(split)]),
               largest->name + " (" + counted(largest->images, "image") + ", " +
                   share_text(largest->images, sum(images)) + " of all)"});
  }
  table.add({"together", count_text(static_cast<std::int64_t>(dataset.groups.size())), count_text(sum(images))});
  table.print(out);
}

const std::string& name_at(const Dataset& dataset, std::int64_t sample) {
  return dataset.samples[static_cast<std::size_t>(sample)].name;
}

std::string size_at(const Dataset& dataset, std::int64_t position) {
  const Sample& sample = dataset.samples[static_cast<std::size_t>(position)];
  return sample.name + " (" + std::to_string(sample.width) + " x " + std::to_string(sample.height) + ")";
}

std::string pair_text(const Dataset& dataset, const CopyPair& pair) {
  std::string text = name_at(dataset, pair.first) + " = " + name_at(dataset, pair.second);
  if (pair.identical) return text + ": the same bytes";
  char difference[64];
  std::snprintf(difference, sizeof(difference), ": the same picture, %.2f of 255 levels apart", pair.mean_difference);
  return text + difference + (pair.turned.empty() ? "" : ", " + pair.turned);
}

/// A heading and the first lines of a list.
void print_list(const std::string& heading, const std::vector<std::string>& lines, std::ostream& out) {
  if (lines.empty()) return;
  out << "\n" << heading << "\n";
  TextTable table({Align::left});
  for (std::size_t i = 0; i < std::min(lines.size(), kListed); ++i) table.add({lines[i]});
  if (lines.size() > kListed)
    table.add({"... and " + count_text(static_cast<std::int64_t>(lines.size() - kListed)) + " more (--json)"});
  table.print(out, 2);
}

void print_copies(const Dataset& dataset, std::ostream& out) {
  std::vector<std::string> joined;
  std::set<std::pair<std::int64_t, std::int64_t>> across;  // pairs of which the list of joined groups tells
  for (const JoinedGroup& group : dataset.joined) {
    for (const CopyPair& pair : group.pairs) {
      across.emplace(pair.first, pair.second);
      joined.push_back(dataset.groups[static_cast<std::size_t>(group.group)] + ": " + pair_text(dataset, pair));
    }
  }
  print_list(counted(static_cast<std::int64_t>(dataset.joined.size()), "group") +
                 " joined of several, because images of theirs are the same:",
             joined, out);
  std::vector<std::string> others;
  for (const CopyPair& pair : dataset.near_copies) {
    if (!across.contains({pair.first, pair.second})) others.push_back(pair_text(dataset, pair));
  }
  print_list("near copies within a group:", others, out);
}

std::vector<std::string> sizes_at(const Dataset& dataset, const std::vector<std::int64_t>& positions) {
  std::vector<std::string> lines;
  for (const std::int64_t position : positions) lines.push_back(size_at(dataset, position));
  std::ranges::sort(lines);
  return lines;
}

void print_odd_images(const Dataset& dataset, std::ostream& out) {
  print_list(counted(static_cast<std::int64_t>(dataset.tiny.size()), "tiny image") + ":",
             sizes_at(dataset, dataset.tiny), out);
  print_list(counted(static_cast<std::int64_t>(dataset.odd.size()), "image") + " of another size than the rest:",
             sizes_at(dataset, dataset.odd), out);
  print_list("left out, because they can't be used:", dataset.skipped, out);
}

}  // namespace

void print_overview(const Dataset& dataset, const DatasetCounts& counts, std::ostream& out) {
  print_images(dataset, counts, out);
  out << "\n";
  print_group_sizes(dataset, counts, out);
  print_copies(dataset, out);
  print_odd_images(dataset, out);
  out << "\n"
      << counted(dataset.identical_images, "image") << " with a byte-identical copy; "
      << counted(static_cast<std::int64_t>(dataset.skipped.size()), "bad image") << " left out\n"
      << "data set " << dataset.fingerprint.substr(0, 16) << ", split " << dataset.split_fingerprint.substr(0, 16)
      << "\n";
}

void print_groups(const Dataset& dataset, const DatasetCounts& counts, std::ostream& out) {
  const bool has_sources = dataset.sources.size() > 1;
  std::vector<Align> columns{Align::left, Align::left};
  std::vector<std::string> heading{"split", "group"};
  for (std::size_t label = 0; label < dataset.classes.size(); ++label) {
    columns.push_back(Align::right);
    heading.push_back(class_text(dataset, label));
  }
  columns.insert(columns.end(), {Align::right, Align::left});
  heading.insert(heading.end(), {"images", has_sources ? "sources" : ""});
  TextTable table(columns);
  table.add(heading);
  for (const Split split : kSplits) {
    for (const GroupCounts& group : counts.groups) {
      if (group.split != split) continue;
      std::vector<std::string> cells{split_name(split), group.name};
      for (const std::int64_t images : group.of_class) cells.push_back(images == 0 ? "" : count_text(images));
      cells.push_back(count_text(group.images));
      std::string sources;
      for (const std::string& source : group.sources) sources += (sources.empty() ? "" : ", ") + source;
      cells.push_back(has_sources ? sources : "");
      table.add(std::move(cells));
    }
  }
  out << "\n";
  table.print(out);
}

}  // namespace assay
