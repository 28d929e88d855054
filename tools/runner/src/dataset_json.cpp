#include "dataset_json.h"

namespace assay {
namespace {

using nlohmann::ordered_json;

const Sample& sample_at(const Dataset& dataset, std::int64_t position) {
  return dataset.samples[static_cast<std::size_t>(position)];
}

ordered_json split_counts(const SplitCounts& counts) {
  ordered_json json;
  for (const Split split : kSplits) json[split_name(split)] = counts[static_cast<std::size_t>(split)];
  return json;
}

ordered_json source_json(const Dataset& dataset, const SourceCounts& source) {
  ordered_json json = {{"images", source.images()}, {"unlabelled", source.unlabelled}};
  for (std::size_t label = 0; label < dataset.classes.size(); ++label) {
    json["counts"][dataset.classes[label]] = split_counts(source.of_class[label]);
  }
  return json;
}

ordered_json group_json(const Dataset& dataset, const GroupCounts& group) {
  ordered_json json = {{"name", group.name}, {"split", split_name(group.split)}, {"images", group.images}};
  for (std::size_t label = 0; label < dataset.classes.size(); ++label) {
    json["classes"][dataset.classes[label]] = group.of_class[label];
  }
  json["sources"] = group.sources;
  return json;
}

ordered_json pair_json(const Dataset& dataset, const CopyPair& pair) {
  return {{"first", sample_at(dataset, pair.first).name},
          {"second", sample_at(dataset, pair.second).name},
          {"identical", pair.identical},
          {"mean_difference", pair.mean_difference},
          {"turned", pair.turned}};
}

ordered_json joined_json(const Dataset& dataset, const JoinedGroup& joined) {
  ordered_json json = {{"group", dataset.groups[static_cast<std::size_t>(joined.group)]}, {"members", joined.members}};
  json["pairs"] = ordered_json::array();
  for (const CopyPair& pair : joined.pairs) json["pairs"].push_back(pair_json(dataset, pair));
  return json;
}

ordered_json sizes_json(const Dataset& dataset, const std::vector<std::int64_t>& positions) {
  ordered_json json = ordered_json::array();
  for (const std::int64_t position : positions) {
    const Sample& sample = sample_at(dataset, position);
    json.push_back({{"name", sample.name}, {"width", sample.width}, {"height", sample.height}});
  }
  return json;
}

}  // namespace

ordered_json json_of(const Dataset& dataset, const DatasetCounts& counts) {
  ordered_json json = {{"images", dataset.samples.size()},
                       {"unlabelled", dataset.unlabelled.size()},
                       {"classes", dataset.classes},
                       {"positive", nullptr},
                       {"columns", dataset.columns}};
  if (dataset.positive >= 0) json["positive"] = dataset.classes[static_cast<std::size_t>(dataset.positive)];
  json["counts"] = source_json(dataset, counts.all)["counts"];
  json["sources"] = ordered_json::array();
  for (const SourceCounts& source : counts.sources) {
    ordered_json entry = {{"name", source.name}};
    entry.update(source_json(dataset, source));
    json["sources"].push_back(std::move(entry));
  }
  json["groups"] = ordered_json::array();
  for (const GroupCounts& group : counts.groups) json["groups"].push_back(group_json(dataset, group));
  json["joined"] = ordered_json::array();
  for (const JoinedGroup& joined : dataset.joined) json["joined"].push_back(joined_json(dataset, joined));
  json["near_copies"] = ordered_json::array();
  for (const CopyPair& pair : dataset.near_copies) json["near_copies"].push_back(pair_json(dataset, pair));
  json["identical_images"] = dataset.identical_images;
  json["tiny"] = sizes_json(dataset, dataset.tiny);
  json["odd"] = sizes_json(dataset, dataset.odd);
  json["skipped"] = dataset.skipped;
  json["warnings"] = dataset.warnings;
  json["fingerprint"] = dataset.fingerprint;
  json["split_fingerprint"] = dataset.split_fingerprint;
  return json;
}

}  // namespace assay
