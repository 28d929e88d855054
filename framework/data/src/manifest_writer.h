// A data set as a CSV manifest: the list of images and patients that a paper needs.
#pragma once

#include <filesystem>

#include "assay/data/dataset.h"

namespace assay::data {

/// Writes path,label,group,split, the further columns, and xxh3_128, the hash of each image's bytes. Read back with
/// dataset.split = "split" and dataset.group.column = "group" it gives the same classes, groups and splits, wherever
/// the manifest lies: a path is relative to it where the image lies below it, else absolute. Images for prediction only
/// have the split "none". Rows are in the order of names. A further column whose name is taken gets "given_" before it;
/// several sources become a column "source". Throws as write_new_file does.
void write_manifest(const Dataset& dataset, const std::filesystem::path& file);

}  // namespace assay::data
