// The decoded pictures of a data set in one memory-mapped file, made on first use and shared by all runs that need the
// same. A Renderer that has it decodes nothing.
#pragma once

#include <filesystem>
#include <memory>

#include "assay/console.h"
#include "assay/data/dataset.h"
#include "assay/experiment.h"

namespace assay {

/// Opened pictures. Any thread.
class PackedCache;

/// Opens the pack of a data set's labelled pictures below cache, or makes it: all of them decoded in parallel, masked,
/// reduced to pipeline.stored_size, in 8 bits, with their area-averaged levels. What it is keyed by: the pictures'
/// contents, the experiment's mask, stored size and pixel limit, and the decoders' versions. nullptr when
/// pipeline.cache is "off", and, with a warning, when there is no room for it or the folder can't be written to:
/// pictures are then decoded each time, with the same result.
///
/// A damaged pack is told and made again. Each picture is checked when it is first used; a damaged one is told once,
/// decoded instead, and the pack is made again by the next run. When another process is making the same pack, this one
/// waits for it, and says so. Older packs and features go where they exceed cache_limit() together.
///
/// Images that can't be decoded are left out: rendering them says why. Throws Failure naming a file that has changed
/// since the data set was opened, Interrupted when a signal asked to stop. console: outlives what is returned.
std::shared_ptr<const PackedCache> open_packed_cache(const Dataset& dataset, const Experiment& experiment,
                                                     const std::filesystem::path& cache, Console& console);

}  // namespace assay
