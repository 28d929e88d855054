// Which images a person means who asks for predictions.
#pragma once

#include <filesystem>
#include <vector>

#include "assay/learn/commands.h"

namespace assay {

/// bmp, png, jpg, jpeg, tif or tiff, in any case: what a folder's files are taken for images by.
bool has_image_ending(const std::filesystem::path& file);

/// The images of a request, each path once, in order: a folder stands for its images (bmp, png, jpg, tif; those in
/// folders below it, too) in the order of their names, a manifest for the files in its column "path", any other file
/// for itself whatever its ending; then the unlabelled images of the data sets. Throws InvalidInput for what is missing
/// or holds no image, and for a manifest without that column.
std::vector<ImageFile> images_to_predict(const PredictRequest& request);

}  // namespace assay
