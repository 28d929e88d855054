#include "assay/data/commands.h"

#include "certify_plugin.h"
#include "contact_sheet.h"
#include "manifest_writer.h"

namespace assay {

extern "C" const DataCommands* assay_data_commands() {
  static const DataCommands commands{[](const DatasetOptions& options, const Progress& progress) {
                                       return open_dataset(options, cache_folder(), progress);
                                     },
                                     &data::certify, &data::write_manifest, &data::draw_contact_sheet};
  return &commands;
}

}  // namespace assay
