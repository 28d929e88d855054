// From pictures to features: the one path by which training's cache, evaluation and predictions see a picture, so that
// all three get the same numbers for it.
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "assay/data/dataset.h"
#include "assay/data/loader.h"
#include "assay/data/renderer.h"
#include "model.h"

namespace assay {

/// Where pictures come from. What it refers to outlives it.
struct PictureSource {
  const Dataset& dataset;
  const Renderer& renderer;
  std::int64_t loader_threads = 0;  ///< 0: as many as there are processors
};

enum class FeatureKind : std::uint8_t {
  pooled,  ///< [N,D], what head.pool() makes of the map
  map,     ///< [N,C,h,w], for a head whose pool is trained
};

/// Pictures that go through the backbone together. The last chunk is filled up with zeros to the same size: results
/// depend on the batch's size in the last bits, and a picture's features must not depend on which others were asked for
/// with it.
inline constexpr std::int64_t kFeatureChunk = 32;

/// At most kFeatureChunk rows [N,...] as [kFeatureChunk,...], zeros behind them: images in channels-last memory, pooled
/// features as they are.
at::Tensor filled_up(const at::Tensor& rows);

/// Features of the requested pictures, in order, float32, on the device, computed in evaluation mode without gradients.
/// Leaves the model in evaluation mode. done is called after each chunk with its number of pictures. Throws Failure as
/// Renderer::render and features_of_chunk do, Interrupted between two chunks when a signal asked to stop.
at::Tensor extract_features(const Model& model, const PictureSource& pictures, const c10::Device& device,
                            std::vector<Request> requests, FeatureKind kind,
                            const std::function<void(std::int64_t)>& done);

/// Features of at most kFeatureChunk images [N,3,H,W]: the step that extract_features makes for each chunk. Throws
/// Failure naming the plugin when they are not finite. work: for messages.
at::Tensor features_of_chunk(const Model& model, const at::Tensor& images, FeatureKind kind,
                             const PluginWork& work = {});

/// A loaded batch as messages about plugins name it; refers to the data set.
PluginWork work_of(const Dataset& dataset, const Batch& batch);

/// The plain pictures of samples, as evaluation sees them.
std::vector<Request> plain_requests(const std::vector<std::int64_t>& samples);

/// A loader's pixels [N,size,size,3] as float32 images [N,3,size,size] in channels-last memory, on the device; bfloat16
/// becomes float32 there. On a CPU the result of float32 shares the pixels' memory: it lives as long as they do.
at::Tensor images_of(const BatchPixels& pixels, std::int64_t count, std::int64_t size, const c10::Device& device);

/// Shape of one picture's features, without the first dimension: found by trying one picture of zeros, which also shows
/// that the backbone and the head fit each other and the input. Throws InvalidInput when the picture is too small,
/// Failure naming the plugin that throws, gives a wrong shape or a number that is not finite.
std::vector<std::int64_t> feature_shape(const Model& model, std::int64_t size, const c10::Device& device,
                                        FeatureKind kind);

/// What tells one head's pool() from another's: a hash of what it makes of a fixed random map of the backbone's shape.
/// Equal for heads that differ only behind it. Throws as feature_shape does.
std::string fingerprint_of_pool(const Model& model, std::int64_t size, const c10::Device& device);

}  // namespace assay
