// What runner calls in libassay_data.so, which it opens only for commands that need a data set but no model.
#pragma once

#include "assay/certify.h"
#include "assay/data/dataset.h"

namespace assay {

/// What to draw on a contact sheet.
struct ContactSheetRequest {
  std::filesystem::path file;  ///< PNG; must not exist
  std::int64_t samples = 4;    ///< of each class
  std::int64_t views = 6;      ///< augmented ones of each sample
};

/// What libassay_data.so exports: assay_data_commands(), with C linkage. Throws InvalidInput and Failure.
struct DataCommands {
  /// assay::open_dataset with cache_folder().
  Dataset (*open_dataset)(const DatasetOptions&, const Progress&);
  /// Makes the checks of an augmentation or a sampler. Throws InvalidInput for a plugin of another kind.
  void (*certify)(const CertifyRequest&, const CertifySink&);
  /// Writes a data set as a CSV manifest that reads back to the same groups and splits.
  void (*write_manifest)(const Dataset&, const std::filesystem::path& file);
  /// Draws originals, what evaluation sees and augmented views.
  void (*draw_contact_sheet)(const Experiment&, const Dataset&, const ContactSheetRequest&, const Progress&);
};

/// Found by its name in libassay_data.so.
extern "C" const DataCommands* assay_data_commands();

}  // namespace assay
